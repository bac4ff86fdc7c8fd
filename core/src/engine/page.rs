//! Records in pages, of which a new view shares those that did not change.
//!
//! 1. A page that somebody has never changes.
//! 2. Only pages that were noted are copied, into pages that nobody has any more where there are
//!    such: a writer whose readers keep nothing allocates nothing.

use std::sync::Arc;

/// How many records a page holds.
pub(super) const PAGE: usize = 64;
/// How many pages, and lists of them, are kept to be used again.
const SPARE_PAGES: usize = 64;
const SPARE_LISTS: usize = 4;

type List<T> = Vec<(usize, Arc<Vec<T>>)>;

/// Records by number.
#[derive(Debug)]
pub(super) struct Pages<T> {
    /// By their number, which rises; an empty page is not there.
    pages: Arc<List<T>>,
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        Self {
            pages: Arc::clone(&self.pages),
        }
    }
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self {
            pages: Arc::default(),
        }
    }
}

impl<T> Pages<T> {
    /// A page; empty where it is not there.
    pub fn page(&self, number: usize) -> &[T] {
        // Where no page is missing before it, its place is its number.
        let own = self.pages.get(number).filter(|(own, _)| *own == number);
        let found = own.or_else(|| {
            let at = self.pages.binary_search_by_key(&number, |(own, _)| *own);
            self.pages.get(at.ok()?)
        });
        found.map_or(&[], |(_, page)| page.as_slice())
    }

    /// A record of pages that are filled by number.
    pub fn get(&self, index: usize) -> Option<&T> {
        self.page(index / PAGE).get(index % PAGE)
    }

    /// Every record, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|(_, page)| page.iter())
    }
}

/// What makes pages: the newest of each, and which of them are old.
#[derive(Debug)]
pub(super) struct Pager<T> {
    newest: Pages<T>,
    is_old: Vec<bool>,
    old: Vec<usize>,
    spare: Pool<Vec<T>, SPARE_PAGES>,
    spare_lists: Pool<List<T>, SPARE_LISTS>,
}

impl<T> Default for Pager<T> {
    fn default() -> Self {
        Self {
            newest: Pages::default(),
            is_old: Vec::new(),
            old: Vec::new(),
            spare: Pool::default(),
            spare_lists: Pool::default(),
        }
    }
}

impl<T> Pager<T> {
    /// Notes that a record of a page changed.
    #[inline]
    pub fn note(&mut self, page: usize) {
        if self.is_old.len() <= page {
            self.is_old.resize(page + 1, false);
        }
        if let Some(is_old) = self.is_old.get_mut(page)
            && !*is_old
        {
            *is_old = true;
            self.old.push(page);
        }
    }

    /// The pages as they are now; `fill` puts the records of a page into an empty list.
    pub fn pages(&mut self, mut fill: impl FnMut(usize, &mut Vec<T>)) -> Pages<T> {
        if self.old.is_empty() {
            return self.newest.clone();
        }
        let mut list = self.spare_lists.take();
        let Some(pages) = Arc::get_mut(&mut list) else {
            return self.newest.clone();
        };
        pages.clone_from(&self.newest.pages);
        for number in self.old.drain(..) {
            if let Some(is_old) = self.is_old.get_mut(number) {
                *is_old = false;
            }
            let mut page = self.spare.take();
            if let Some(records) = Arc::get_mut(&mut page) {
                records.clear();
                fill(number, records);
            }
            let replaced = match pages.binary_search_by_key(&number, |(own, _)| *own) {
                Ok(at) if page.is_empty() => Some(pages.remove(at).1),
                Ok(at) => pages
                    .get_mut(at)
                    .map(|(_, known)| std::mem::replace(known, page)),
                Err(_) if page.is_empty() => Some(page),
                Err(at) => {
                    pages.insert(at, (number, page));
                    None
                }
            };
            if let Some(page) = replaced {
                self.spare.give(page);
            }
        }
        let replaced = std::mem::replace(&mut self.newest.pages, list);
        self.spare_lists.give(replaced);
        self.newest.clone()
    }
}

/// At most `N` objects that may be used again once nobody else has them.
#[derive(Debug)]
pub(super) struct Pool<T, const N: usize>(Vec<Arc<T>>);

impl<T, const N: usize> Default for Pool<T, N> {
    fn default() -> Self {
        Self(Vec::with_capacity(N))
    }
}

impl<T: Default, const N: usize> Pool<T, N> {
    /// One that nobody else has.
    pub fn take(&mut self) -> Arc<T> {
        let is_unused = |other: &mut Arc<T>| Arc::get_mut(other).is_some();
        match self.0.iter_mut().position(is_unused) {
            Some(at) => self.0.swap_remove(at),
            None => Arc::default(),
        }
    }

    /// Keeps one for later, in place of another where there are many.
    pub fn give(&mut self, object: Arc<T>) {
        if self.0.len() == N {
            self.0.swap_remove(0);
        }
        self.0.push(object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u32]) -> impl FnMut(usize, &mut Vec<u32>) + '_ {
        |page, into| into.extend(values.iter().skip(page * PAGE).take(PAGE))
    }

    #[test]
    fn what_somebody_has_never_changes_and_what_did_not_change_is_shared() {
        let mut values: Vec<u32> = (0..200).collect();
        let mut pager = Pager::default();
        (0..4).for_each(|page| pager.note(page));
        let first = pager.pages(of(&values));
        values[70] = 1_000;
        pager.note(1);
        let second = pager.pages(of(&values));
        assert_eq!((first.get(70), second.get(70)), (Some(&70), Some(&1_000)));
        assert!(first.iter().copied().eq(0..200) && second.iter().eq(&values));
        let address = |pages: &Pages<u32>, page| pages.page(page).as_ptr();
        assert_eq!(address(&first, 0), address(&second, 0));
        assert_ne!(address(&first, 1), address(&second, 1));
        assert_eq!((second.get(199), second.get(200)), (Some(&199), None));
    }

    #[test]
    fn pages_that_nobody_has_are_used_again() {
        let values = [7; 64];
        let mut pager = Pager::default();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..10 {
            pager.note(0);
            seen.insert(pager.pages(of(&values)).page(0).as_ptr());
        }
        assert!(seen.len() <= 2, "{seen:?}");
    }

    #[test]
    fn an_empty_page_is_not_there() {
        let mut pager = Pager::default();
        for page in [9, 3] {
            pager.note(page);
        }
        let pages = pager.pages(|page, into| into.push(page));
        assert_eq!((pages.page(3), pages.page(9)), (&[3][..], &[9][..]));
        assert_eq!(pages.page(0), &[] as &[usize]);
        pager.note(3);
        pager.note(5);
        let pages = pager.pages(|_, _| {});
        assert_eq!(pages.iter().copied().collect::<Vec<_>>(), [9]);
    }
}
