//! What is no request, or more of one than anybody needs: a clean refusal or a closed connection, and all goes on.

use std::io::{Read as _, Write as _};

use super::client::{Answer, get, post};
use super::place::Served;
use crate::cli::place::Place;

/// Refused, or not answered at all; and the next is served.
#[track_caller]
fn is_refused(served: &Served, bytes: &[u8]) {
    let answers = served.address.send(bytes);
    let is_fine = answers.is_empty() || Answer::parse(&answers).status / 100 == 4;
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    assert!(is_fine, "{shown}\n{answers}");
    served.ask(&get("/livez")).is(200);
}

#[test]
fn nothing_that_is_none_is_taken_for_one() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    for bytes in [
        "GET /livez\r\n\r\n",
        "GET /livez HTTP/1.1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: localhost\r\n folded: yes\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nA:\r\n b\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost : localhost\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nA: \0\r\n\r\n",
        "GET /livez HTTP/3.0\r\nHost: localhost\r\n\r\n",
        "GET  /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /li vez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        is_refused(&served, bytes.as_bytes());
    }
}

#[test]
fn a_body_has_one_length() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let token = format!("Authorization: Bearer {}", served.token("write"));
    let head = format!(
        "POST /v1/plans HTTP/1.1\r\nHost: localhost\r\n{token}\r\nContent-Type: application/json\r\n"
    );
    for lines in [
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "Content-Length: +2\r\n\r\n{}",
        "Content-Length: -1\r\n\r\n{}",
        "Content-Length: 99999999999999999999\r\n\r\n{}",
        "Content-Length: 2, 3\r\n\r\n{}",
        "Transfer-Encoding: identity\r\n\r\n{}",
        "Transfer-Encoding: chunked, gzip\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
    ] {
        is_refused(&served, format!("{head}{lines}").as_bytes());
    }
}

/// What stands behind a body whose length is said in two ways is nobody's request.
#[test]
fn no_request_hides_in_another() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let write = served.token("write");
    let hidden = get("/v1/plan").bearer(&write).bytes(&[]);
    let head = format!("POST /v1/plans HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {write}\r\n");
    let both = format!("{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}");
    let answers = served.address.send(both.as_bytes());
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
}

#[test]
fn requests_in_a_row_are_answered_in_their_order() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let read = |path: &str| get(path).bearer(&served.token("read"));
    let row = [
        read("/v1/schema").bytes(&[]),
        read("/nothing").bytes(&[]),
        read("/v1/plan").bytes(&["Connection: close"]),
    ];
    let answers = served.address.send(row.concat().as_bytes());
    let statuses: Vec<_> = answers
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect();
    assert_eq!(statuses, ["200", "404", "200"], "{answers}");
}

#[test]
fn no_more_is_read_than_anybody_needs() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let write = served.token("write");
    let large = "a".repeat(70_000);
    served.ask(&post("/v1/plans", &large).bearer(&write)).is(413);
    let chunked = format!(
        "POST /v1/plans HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {write}\r\nTransfer-Encoding: chunked\r\n\r\n\
         11170\r\n{large}\r\n0\r\n\r\n"
    );
    is_refused(&served, chunked.as_bytes());
    let long_header = format!(
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nA: {}\r\n\r\n",
        "a".repeat(1 << 20)
    );
    is_refused(&served, long_header.as_bytes());
    let long_line = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(1 << 20));
    is_refused(&served, long_line.as_bytes());
    let many_lines = format!(
        "GET /livez HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "A: b\r\n".repeat(10_000)
    );
    is_refused(&served, many_lines.as_bytes());
    // A hundred megabytes: they are not even waited for.
    let mut stream = served.address.connect();
    let _ = stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nA: ");
    let piece = vec![b'a'; 1 << 20];
    let taken = (0..100).take_while(|_| stream.write_all(&piece).is_ok()).count();
    assert!(taken < 100, "{taken}");
    served.ask(&get("/livez")).is(200);
}

/// One that never comes.
#[test]
fn body_of_a_stranger_is_not_waited_for() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    for path in ["/livez", "/readyz", "/v1/plan"] {
        let mut stream = served.address.connect();
        let half = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\na");
        stream.write_all(half.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer); // what was not read may have it reset
        let answer = String::from_utf8_lossy(&answer);
        let status = if path == "/v1/plan" { "401" } else { "200" };
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{path}: {answer}"
        );
    }
}

/// Many who say nothing have to leave before who comes after them is let in.
#[test]
fn who_says_nothing_keeps_nobody_out_for_long() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let silent: Vec<_> = (0..300).map(|_| served.address.connect()).collect();
    let mut half = served.address.connect();
    half.write_all(b"GET /livez HTTP/1.1\r\nHost: loc").unwrap();
    served.ask(&get("/livez")).is(200);
    for mut stream in silent {
        assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap_or_default(), 0);
    }
}
