//! The made-up world over real HTTP, as another team would meet it.

mod people;
