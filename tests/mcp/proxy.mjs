// Stands before the server for a client that knows no token, and calls it by a name that it lets in. For tests only: whoever reaches
// it has the token.
//
//   node proxy.mjs URL TOKEN-FILE    prints the port that it listens on

import { readFileSync } from "node:fs";
import http from "node:http";

const [url, file] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const token = readFileSync(file, "utf8").trim();

// No faster than is good for a queue: whoever is faster is told to come again, which the suite does not.
const PACE = 55;
let next = 0;

const proxy = http.createServer(async (asked, answer) => {
    next = Math.max(next + PACE, Date.now());
    await new Promise((go) => setTimeout(go, next - Date.now()));
    const headers = { ...asked.headers, authorization: `Bearer ${token}` };
    // The scenario that comes by a foreign name wants to be refused for it.
    const own = new RegExp(`(^|//)(localhost|127\\.0\\.0\\.1):${proxy.address().port}$`);
    for (const name of ["host", "origin"]) {
        headers[name] &&= headers[name].replace(own, `$1${hostname}:${port}`);
    }
    const there = http.request({ hostname, port, method: asked.method, path: asked.url, headers }, (answered) => {
        answer.writeHead(answered.statusCode, answered.headers);
        answered.pipe(answer);
    });
    there.on("error", () => answer.destroy());
    answer.on("close", () => there.destroy());
    asked.pipe(there);
});
proxy.listen(0, "127.0.0.1", () => console.log(proxy.address().port));
