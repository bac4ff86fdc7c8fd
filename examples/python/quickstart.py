import truebook

with truebook.open("bot.db") as book:
    book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
    book.deposit("USD", "100000", id="opening")
    for report in ("websocket", "REST"):  # both report the same execution
        book.fill("BTC-USD", "buy", "0.5", "60000.10", trade_id="t-1",
                  fee="0.0005", fee_currency="BTC")
    book.quote("BTC-USD", bid="61000.00", ask="61000.20")
    position, portfolio = book.position("BTC-USD"), book.portfolio()
    print(f"{position.signed_qty} BTC at {position.avg_px}, cost {position.cost}")
    print(f"unrealized {position.unrealized_pnl}, equity {portfolio.equity}")
