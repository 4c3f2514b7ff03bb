//! Web servers on port 80: axum with reqwest as its client, and
//! bare hyper where a test is about one connection.
//!
//! All of these tests bind the same ports of the same addresses, and run at the
//! same time. Each has `127.0.0.1:80` and `[::1]:80` of its own, so there is no
//! "port 0, then tell the client", no retry, and no lock around the tests. And
//! none needs root: whoever made a network namespace may bind any of its ports.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, Path};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use netns_test::netns_test;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

type TestResult = Result<(), Box<dyn Error>>;

/// The application under test, as it would be deployed: the port is fixed.
fn app() -> Router {
    Router::new()
        .route(
            "/hello/{name}",
            get(|Path(name): Path<String>| async move { format!("Hello, {name}!") }),
        )
        .route(
            "/echo",
            post(|body: String| async { (StatusCode::CREATED, body) }),
        )
        .route(
            "/peer",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
        )
}

/// Serves [`app`] until the test's runtime is gone. The socket listens when
/// this returns, so that a client may connect at once.
async fn serve(address: &str) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    let app = app().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async { axum::serve(listener, app).await });
    Ok(())
}

/// A client that ignores `HTTP_PROXY`: the proxy is on another network.
fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().build()
}

#[netns_test]
async fn get_over_ipv4() -> TestResult {
    serve("127.0.0.1:80").await?;
    let response = client()?.get("http://127.0.0.1/hello/v4").send().await?;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-length"], "10");
    assert_eq!(response.text().await?, "Hello, v4!");
    Ok(())
}

#[netns_test]
async fn get_over_ipv6() -> TestResult {
    serve("[::1]:80").await?;
    let response = client()?.get("http://[::1]/hello/v6").send().await?;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text().await?, "Hello, v6!");
    Ok(())
}

/// One socket for both families, on the wildcard address: what a server binds
/// in production, and what a test elsewhere can't, for it shows on every
/// interface of the machine. Here, the only interface is `lo`.
#[netns_test]
async fn one_listener_for_both_families() -> TestResult {
    serve("[::]:80").await?;
    for host in ["127.0.0.1", "[::1]"] {
        let response = client()?
            .get(format!("http://{host}/hello/any"))
            .send()
            .await?;
        assert_eq!(response.text().await?, "Hello, any!", "{host}");
    }
    Ok(())
}

/// Two servers on port 80 of one machine: all of 127.0.0.0/8 is `lo`.
#[netns_test]
async fn a_port_on_two_addresses() -> TestResult {
    serve("127.0.0.1:80").await?;
    serve("127.1.2.3:80").await?;
    for host in ["127.0.0.1", "127.1.2.3"] {
        let response = client()?
            .get(format!("http://{host}/hello/lo"))
            .send()
            .await?;
        assert_eq!(response.remote_addr(), Some(format!("{host}:80").parse()?));
    }
    Ok(())
}

/// A real name in the URL, without a change to `/etc/hosts`: the well-known
/// port is what makes it possible to leave it out.
#[netns_test]
async fn a_host_name_in_the_url() -> TestResult {
    serve("127.0.0.1:80").await?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .resolve("shop.example", "127.0.0.1:80".parse()?)
        .build()?;
    let response = client.get("http://shop.example/hello/shop").send().await?;
    assert_eq!(response.url().port(), None);
    assert_eq!(response.text().await?, "Hello, shop!");
    Ok(())
}

#[netns_test]
async fn statuses_and_bodies() -> TestResult {
    serve("127.0.0.1:80").await?;
    let client = client()?;

    let missing = client.get("http://127.0.0.1/nothing").send().await?;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);

    let refused = client.get("http://127.0.0.1/echo").send().await?;
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.headers()["allow"], "POST");

    let body = "0123456789abcdef".repeat(4096);
    let echo = client
        .post("http://127.0.0.1/echo")
        .body(body.clone())
        .send()
        .await?;
    assert_eq!(echo.status(), StatusCode::CREATED);
    assert_eq!(echo.text().await?, body);
    Ok(())
}

/// Three requests on one connection: the server sees the same peer each time.
/// hyper's connection is held in the hand here, as the pool of a whole client
/// is free to open another.
#[netns_test]
async fn keep_alive() -> TestResult {
    serve("127.0.0.1:80").await?;
    let stream = TcpStream::connect("127.0.0.1:80").await?;
    let local = stream.local_addr()?.to_string();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);

    for _ in 0..3 {
        sender.ready().await?;
        let request = Request::get("/peer")
            .header("host", "127.0.0.1")
            .body(Empty::<Bytes>::new())?;
        let response = sender.send_request(request).await?;
        assert_eq!(response.status(), StatusCode::OK);
        let peer = response.into_body().collect().await?.to_bytes();
        assert_eq!(peer, local);
    }
    Ok(())
}

/// The runtime is built inside the namespace by whatever attribute stands
/// below, and its workers inherit the namespace from the thread that starts them.
#[netns_test]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_on_many_threads() -> TestResult {
    serve("127.0.0.1:80").await?;
    serve("[::1]:80").await?;

    let mut clients = JoinSet::new();
    for (n, host) in ["127.0.0.1", "[::1]"]
        .into_iter()
        .cycle()
        .take(32)
        .enumerate()
    {
        clients.spawn(async move {
            let url = format!("http://{host}/hello/{n}");
            let text = client()?.get(url).send().await?.text().await?;
            Ok::<_, reqwest::Error>((n, text))
        });
    }
    while let Some(answer) = clients.join_next().await {
        let (n, text) = answer??;
        assert_eq!(text, format!("Hello, {n}!"));
    }
    Ok(())
}

/// However many servers the other tests are running on port 80 at this very
/// moment, there is none here.
#[netns_test]
async fn nobody_listens_in_a_fresh_namespace() -> TestResult {
    for host in ["127.0.0.1", "[::1]"] {
        let error = client()?
            .get(format!("http://{host}/"))
            .send()
            .await
            .expect_err("no server was started");
        assert!(error.is_connect(), "{error:?}");
        assert_eq!(io_cause(&error), Some(io::ErrorKind::ConnectionRefused));
    }
    Ok(())
}

/// The system's error at the bottom of an error's causes.
fn io_cause(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .last()
        .map(io::Error::kind)
}
