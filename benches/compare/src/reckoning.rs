//! What is true of a stream, from its fills alone: cash and quantity are added up, nothing is
//! divided.

use crate::exact::Exact;
use crate::stream::{Fill, INSTRUMENTS, PRICE_DECIMALS, QTY_DECIMALS, Quote};

/// The decimals of a price times a quantity.
const VALUE_DECIMALS: u32 = PRICE_DECIMALS + QTY_DECIMALS;

#[derive(Clone, Copy, Debug, Default)]
struct Account {
    cash: i128,
    qty: i128,
    fees: i128,
    mark: i128,
}

/// Cash flow, quantity, fees and the last mark of every instrument.
#[derive(Debug)]
pub struct Reckoning {
    accounts: Vec<Account>,
}

impl Reckoning {
    /// Nothing done.
    pub fn new() -> Self {
        Self {
            accounts: vec![Account::default(); INSTRUMENTS],
        }
    }

    /// Adds fills up.
    pub fn book(&mut self, fills: &[Fill]) {
        for fill in fills {
            if let Some(account) = self.accounts.get_mut(fill.instrument) {
                account.cash -= i128::from(fill.qty) * i128::from(fill.px);
                account.qty += i128::from(fill.qty);
                account.fees += i128::from(fill.fee);
            }
        }
    }

    /// Takes the last mark.
    pub fn quote(&mut self, quotes: &[Quote]) {
        for quote in quotes {
            if let Some(account) = self.accounts.get_mut(quote.instrument) {
                account.mark = i128::from(quote.mid);
            }
        }
    }

    /// Cash flow + quantity × mark, fees apart.
    pub fn gross(&self, instrument: usize) -> Exact {
        let account = self.account(instrument);
        Exact::new(account.cash + account.qty * account.mark, VALUE_DECIMALS)
    }

    /// Cash flow + quantity × mark, after fees.
    pub fn net(&self, instrument: usize) -> Exact {
        let fees = self.account(instrument).fees;
        self.gross(instrument) - Exact::new(fees, PRICE_DECIMALS)
    }

    /// What is held.
    pub fn qty(&self, instrument: usize) -> Exact {
        Exact::new(self.account(instrument).qty, QTY_DECIMALS)
    }

    fn account(&self, instrument: usize) -> Account {
        self.accounts.get(instrument).copied().unwrap_or_default()
    }
}
