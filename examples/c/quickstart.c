#include <stdio.h>
#include "truebook.h"

static const char *shown(const struct tbk_decimal *value, char text[64]) {
    return tbk_decimal_text(value, text, 64) == TBK_OK ? text : "?";
}

int main(void) {
    struct tbk_options options = {.size = sizeof options, .path = "bot.db"};
    struct tbk_instrument btc = {.size = sizeof btc, .symbol = "BTC-USD", .base = "BTC",
                                 .quote = "USD", .price_precision = 2, .qty_precision = 8};
    struct tbk_fill fill = {.size = sizeof fill, .side = TBK_BUY, .symbol = "BTC-USD",
                            .qty = "0.5", .price = "60000.10", .trade_id = "t-1",
                            .fee = "0.0005", .fee_currency = "BTC"};
    struct tbk_position position = {.size = sizeof position};
    struct tbk_portfolio portfolio = {.size = sizeof portfolio};
    struct tbk_book *book = NULL;
    char a[64], b[64], c[64];

    if (tbk_open(TBK_ABI_VERSION, &options, &book) != TBK_OK ||
        tbk_add_instrument(book, &btc) != TBK_OK ||
        tbk_deposit(book, "USD", "100000", "opening") != TBK_OK ||
        tbk_fill(book, &fill, NULL) != TBK_OK || /* the websocket's report */
        tbk_fill(book, &fill, NULL) != TBK_OK || /* and REST's: booked once */
        tbk_quote(book, "BTC-USD", "61000.00", "61000.20", 0) != TBK_OK ||
        tbk_position(book, "BTC-USD", NULL, &position) != TBK_OK ||
        tbk_portfolio(book, &portfolio) != TBK_OK) {
        fprintf(stderr, "%s\n", tbk_last_error());
        tbk_close(book);
        return 1;
    }
    printf("%s BTC at %s, cost %s\n", shown(&position.signed_qty, a), shown(&position.avg_px, b),
           shown(&position.cost, c));
    printf("unrealized %s, equity %s\n", shown(&position.unrealized_pnl, a),
           shown(&portfolio.equity, b));
    return tbk_close(book) == TBK_OK ? 0 : 1;
}
