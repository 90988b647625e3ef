//! A browser over real HTTP: it follows redirects, keeps the cookies of each address apart, and fills in forms.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use reqwest::{Method, Url, redirect};

/// More redirects in a row are a circle.
const REDIRECTS_MAX: usize = 12;

/// What the browser shows.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) address: Url,
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) policy: String,
}

impl Page {
    /// The value of the first attribute of this name behind a mark in the page's text.
    pub(crate) fn attribute(&self, mark: &str, name: &str) -> Option<String> {
        let (_, behind) = self.text.split_once(mark)?;
        let (_, value) = behind.split_once(&format!("{name}=\""))?;
        let (value, _) = value.split_once('"')?;
        Some(value.replace("&amp;", "&"))
    }

    /// The page cut down to the form that is sent to this address.
    pub(crate) fn form(&self, action: &str) -> Self {
        let mark = format!("action=\"{action}\"");
        let form = self.text.split("<form").find(|form| form.contains(&mark));
        let form = form.unwrap_or_else(|| panic!("no form for {action}"));
        let form = form.split("</form>").next().unwrap_or_default();
        Self {
            address: self.address.clone(),
            status: self.status,
            text: format!("<form{form}"),
            policy: self.policy.clone(),
        }
    }

    fn hidden(&self) -> Vec<(String, String)> {
        let inputs = self.text.split("<input").skip(1);
        let hidden = inputs.filter(|input| {
            input
                .split('>')
                .next()
                .is_some_and(|tag| tag.contains("type=\"hidden\""))
        });
        hidden
            .filter_map(|input| {
                let value = |name: &str| {
                    let (_, rest) = input.split_once(&format!("{name}=\""))?;
                    Some(rest.split('"').next()?.to_owned())
                };
                Some((value("name")?, value("value").unwrap_or_default()))
            })
            .collect()
    }
}

/// One browser.
pub(crate) struct Surfer {
    client: reqwest::Client,
    /// By address and name; real browsers do not tell ports apart, but the two services here have different names anyway.
    jar: RefCell<BTreeMap<(String, String), String>>,
    /// Every address it was sent to.
    pub(crate) history: RefCell<Vec<Url>>,
}

impl Surfer {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test plays the part of a stranger, who has a client of their own"
    )]
    pub(crate) fn new() -> Self {
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            client,
            jar: RefCell::default(),
            history: RefCell::default(),
        }
    }

    pub(crate) async fn open(&self, address: &str) -> Page {
        self.go(Method::GET, address.parse().expect("an address"), None)
            .await
    }

    /// Sends the page's first form with its hidden fields and these.
    pub(crate) async fn submit(&self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let action = page.attribute("<form", "action").expect("a form");
        let mut form = page.hidden();
        form.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let target = page.address.join(&action).expect("an address");
        self.go(Method::POST, target, Some(form)).await
    }

    async fn go(
        &self,
        mut method: Method,
        mut address: Url,
        mut form: Option<Vec<(String, String)>>,
    ) -> Page {
        for _ in 0..REDIRECTS_MAX {
            self.history.borrow_mut().push(address.clone());
            let response = self.ask(&method, &address, form.take()).await;
            let status = response.status().as_u16();
            let header = |name: &str| {
                let value = response.headers().get(name);
                value
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or("")
                    .to_owned()
            };
            let (location, policy) = (header("location"), header("content-security-policy"));
            if (300..400).contains(&status) {
                address = address.join(&location).expect("an address");
                method = Method::GET;
                continue;
            }
            let text = response.text().await.expect("a whole page");
            return Page {
                address,
                status,
                text,
                policy,
            };
        }
        panic!("a circle of redirects: {:?}", self.history.borrow());
    }

    async fn ask(
        &self,
        method: &Method,
        address: &Url,
        form: Option<Vec<(String, String)>>,
    ) -> reqwest::Response {
        let place = place(address);
        let cookies: Vec<String> = self
            .jar
            .borrow()
            .iter()
            .filter(|((at, _), _)| *at == place)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let mut request = self
            .client
            .request(method.clone(), address.clone())
            .header("accept", "text/html")
            .header("cookie", cookies.join("; "));
        if let Some(form) = form {
            request = request
                .header("origin", address.origin().ascii_serialization())
                .form(&form);
        }
        let response = request.send().await.expect("an answer");
        for cookie in response.headers().get_all("set-cookie") {
            self.keep(&place, cookie.to_str().expect("text"));
        }
        response
    }

    fn keep(&self, place: &str, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').expect("a cookie");
        let key = (place.to_owned(), name.to_owned());
        let gone = value.is_empty() || attributes.contains("Max-Age=0");
        if gone {
            self.jar.borrow_mut().remove(&key);
        } else {
            self.jar.borrow_mut().insert(key, value.to_owned());
        }
    }
}

fn place(address: &Url) -> String {
    address.origin().ascii_serialization()
}

/// The provider of npm that nobody here wrote, on a port of its own; ends with this value.
pub(crate) struct ForeignProvider {
    pub(crate) issuer: String,
    running: Child,
    /// Held open: a provider that can say nothing any more ends.
    _says: BufReader<ChildStdout>,
}

impl Drop for ForeignProvider {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

impl ForeignProvider {
    /// Starts it for a service whose address is `base`.
    pub(crate) fn start(base: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oidc");
        assert!(
            std::path::Path::new(folder).join("node_modules").is_dir(),
            "{folder} has no node_modules: run `make tools`"
        );
        let mut running = Command::new("node")
            .arg("provider.mjs")
            .arg(format!("{base}/sign-in/callback"))
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("node is installed: run `make tools`");
        let mut says = BufReader::new(running.stdout.take().expect("its output"));
        let mut line = String::new();
        says.read_line(&mut line).expect("a line");
        Self {
            _says: says,
            issuer: line.trim().to_owned(),
            running,
        }
    }
}
