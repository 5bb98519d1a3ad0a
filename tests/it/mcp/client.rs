use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::place::Place;

/// Longer than anything here takes: what runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a client and the server understand each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The client says hello, and is asked in the midst of a call.
    Sessions,
    /// Each call stands alone, and is made again with the answer.
    Alone,
}

pub(crate) const BOTH: [Protocol; 2] = [Protocol::Sessions, Protocol::Alone];

/// A client that has started the program.
pub(crate) struct Client {
    pub(crate) child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    pub(crate) said: Receiver<String>,
    protocol: Protocol,
    capabilities: Value,
    calls: u64,
}

/// What the client of a person says that it can do.
pub(crate) fn asks() -> Value {
    json!({ "elicitation": { "form": {} } })
}

/// An answer of the person.
pub(crate) fn yes() -> Value {
    json!({ "action": "accept", "content": { "confirm": true } })
}

impl Client {
    /// One that can ask a person.
    pub(crate) fn of(place: &Place, protocol: Protocol) -> Self {
        Self::with(place, protocol, asks(), &[])
    }

    pub(crate) fn with(place: &Place, protocol: Protocol, capabilities: Value, args: &[&str]) -> Self {
        let program = place.sweeper(&["mcp"]).args(args);
        let mut child = program.start_to_converse();
        let mut client = Self {
            to: child.stdin.take(),
            from: messages(child.stdout.take().unwrap()),
            said: lines(child.stderr.take().unwrap()),
            child,
            protocol,
            capabilities,
            calls: 0,
        };
        if protocol == Protocol::Sessions {
            let hello = json!({
                "protocolVersion": "2025-11-25",
                "capabilities": client.capabilities,
                "clientInfo": { "name": "test", "version": "1" },
            });
            let welcome = client.request("initialize", hello);
            assert_eq!(welcome["result"]["protocolVersion"], "2025-11-25", "{welcome}");
            client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        }
        client
    }

    /// Sends a request, and returns its number.
    pub(crate) fn begin(&mut self, method: &str, mut params: Value) -> u64 {
        self.calls += 1;
        if self.protocol == Protocol::Alone {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": self.capabilities,
            });
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": self.calls, "method": method, "params": params }));
        self.calls
    }

    /// The whole response.
    #[track_caller]
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let response = self.next();
        assert_eq!(response["id"], id, "{response}");
        response
    }

    /// The result of a tool.
    #[track_caller]
    pub(crate) fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let mut asked = json!({ "name": tool });
        asked["arguments"] = arguments;
        let response = self.request("tools/call", asked);
        assert!(response["result"].is_object(), "{response}");
        response["result"].clone()
    }

    /// The tool's answer, where it is none of an error.
    #[track_caller]
    pub(crate) fn answer(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        result["structuredContent"].clone()
    }

    /// A plan's id.
    #[track_caller]
    pub(crate) fn plan(&mut self) -> String {
        let plan = self.answer("plan", json!({}));
        plan["plan_id"].as_str().unwrap().to_owned()
    }

    /// Asks for the sweep of a plan, and lets the person answer so; the question and the result.
    #[track_caller]
    pub(crate) fn sweep_asking(&mut self, plan: &str, answer: &Value) -> (Value, Value) {
        match self.protocol {
            Protocol::Sessions => {
                self.begin_sweep(plan);
                let question = self.next();
                assert_eq!(question["method"], "elicitation/create", "{question}");
                self.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": answer }));
                (question["params"].clone(), self.next()["result"].clone())
            }
            Protocol::Alone => {
                let asked = self.call("sweep", json!({ "plan_id": plan }));
                let question = asked["inputRequests"]["confirm"]["params"].clone();
                assert!(question.is_object(), "{asked}");
                let result = self.sweep_answering(plan, &asked["requestState"], answer);
                (question, result)
            }
        }
    }

    #[track_caller]
    pub(crate) fn sweep(&mut self, plan: &str, answer: &Value) -> Value {
        self.sweep_asking(plan, answer).1
    }

    pub(crate) fn begin_sweep(&mut self, plan: &str) -> u64 {
        let call = json!({ "name": "sweep", "arguments": { "plan_id": plan } });
        self.begin("tools/call", call)
    }

    /// Makes a call again, with the answer to what it asked.
    #[track_caller]
    pub(crate) fn sweep_answering(&mut self, plan: &str, state: &Value, answer: &Value) -> Value {
        let again = json!({
            "name": "sweep",
            "arguments": { "plan_id": plan },
            "requestState": state,
            "inputResponses": { "confirm": answer },
        });
        let response = self.request("tools/call", again);
        assert!(response["result"].is_object(), "{response}");
        response["result"].clone()
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.send_line(&message.to_string());
    }

    /// Sends whatever it is.
    pub(crate) fn send_line(&mut self, line: &str) {
        let to = self.to.as_mut().unwrap();
        writeln!(to, "{line}").unwrap();
        to.flush().unwrap();
    }

    /// Sends messages in one piece.
    pub(crate) fn send_at_once(&mut self, messages: &[Value]) {
        let lines: Vec<_> = messages.iter().map(Value::to_string).collect();
        let to = self.to.as_mut().unwrap();
        to.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
        to.flush().unwrap();
    }

    /// Says from now on that it can do this.
    pub(crate) fn now_can(&mut self, capabilities: Value) {
        self.capabilities = capabilities;
    }

    /// The next message, whatever it is.
    #[track_caller]
    pub(crate) fn next(&mut self) -> Value {
        self.from.recv_timeout(PATIENCE).expect("a message comes")
    }

    /// Whether nothing was said that nobody has read, now that the program has ended.
    pub(crate) fn left(&self) -> Vec<Value> {
        self.from.iter().collect()
    }

    /// Closes the stream to it.
    pub(crate) fn hang_up(&mut self) {
        drop(self.to.take());
    }

    #[track_caller]
    pub(crate) fn ends_with(&mut self, exit: i32) {
        assert_eq!(self.child.wait().unwrap().code(), Some(exit));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.to.take());
        crate::serve::place::end(&mut self.child);
    }
}

/// What is said on a stream, each line a message of the protocol: there is nothing else.
fn messages(stream: impl std::io::Read + Send + 'static) -> Receiver<Value> {
    let (to, from) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let message: Value = serde_json::from_str(&line).expect(&line);
            assert_eq!(message["jsonrpc"], "2.0");
            let _ = to.send(message);
        }
    });
    from
}

fn lines(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (to, from) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = to.send(line);
        }
    });
    from
}

/// What a result says.
pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}
