//! A bound on how much is read for one thing, whatever reads it: a line, an element, an object.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// How much was read since the last thing was whole.
#[derive(Clone)]
pub(super) struct Meter(Rc<Cell<u64>>);

impl Meter {
    /// From here on the next thing is read.
    pub(super) fn reset(&self) {
        self.0.set(0);
    }
}

/// Reads on only while one thing stays within its bound.
pub(super) struct Metered<R> {
    input: R,
    used: Meter,
    max: u64,
}

impl<R> Metered<R> {
    /// With a bound in bytes.
    pub(super) fn new(input: R, max: u64) -> (Self, Meter) {
        let used = Meter(Rc::default());
        let meter = used.clone();
        (Self { input, used, max }, meter)
    }

    fn check(&self) -> io::Result<()> {
        if self.used.0.get() > self.max {
            let why = format!("more than {} bytes in one piece", self.max);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(())
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        let read = self.input.read(out)?;
        self.used.0.set(self.used.0.get() + read as u64);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.used.0.set(self.used.0.get() + amount as u64);
        self.input.consume(amount);
    }
}
