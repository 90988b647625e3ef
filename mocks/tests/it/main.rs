//! The made-up world over real HTTP, as another team would meet it.

#[cfg(test)]
mod client;
#[cfg(test)]
mod contract_text;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod people;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod sink_and_admin;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod treasury;
