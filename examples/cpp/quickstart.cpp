#include <cstdio>
#include "truebook.hpp"

using truebook::Book;
using truebook::text;

static int failed(const truebook::Status &status) {
    std::fprintf(stderr, "%s\n", status.text().c_str());
    return 1;
}

int main() {
    auto opened = Book::open("bot.db");
    if (!opened) return failed(opened.status());
    Book book = std::move(opened.value());

    auto btc = truebook::make<tbk_instrument>();
    btc.symbol = "BTC-USD";
    btc.base = "BTC";
    btc.quote = "USD";
    btc.price_precision = 2;
    btc.qty_precision = 8;
    if (auto status = book.add_instrument(btc); !status) return failed(status);
    if (auto status = book.deposit("USD", "100000", "opening"); !status) return failed(status);

    auto fill = truebook::make<struct tbk_fill>();
    fill.symbol = "BTC-USD";
    fill.side = TBK_BUY;
    fill.qty = "0.5";
    fill.price = "60000.10";
    fill.trade_id = "t-1";
    fill.fee = "0.0005";
    fill.fee_currency = "BTC";
    for (int report = 0; report < 2; ++report) { // the websocket's and REST's: booked once
        if (auto applied = book.fill(fill); !applied) return failed(applied.status());
    }
    if (auto status = book.quote("BTC-USD", "61000.00", "61000.20"); !status) return failed(status);

    auto position = book.position("BTC-USD");
    auto portfolio = book.portfolio();
    std::printf("%s BTC at %s, cost %s\n", text(position->signed_qty).c_str(),
                text(position->avg_px).c_str(), text(position->cost).c_str());
    std::printf("unrealized %s, equity %s\n", text(position->unrealized_pnl).c_str(),
                text(portfolio->equity).c_str());
    return book.close() ? 0 : 1;
}
