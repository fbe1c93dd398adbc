// Prints the events of transformer/testdata/loggers once more, each behind a line "@@ set-up event".
import pino from "pino";
import bunyan from "bunyan";
import winston from "winston";
import log4js from "log4js";
import { Logger as TsLogger } from "tslog";
import { createConsola } from "consola";
import ecsPino from "@elastic/ecs-pino-format";
import ecsWinston from "@elastic/ecs-winston-format";
import { configure, getLogger, jsonLinesFormatter } from "@logtape/logtape";
import { Logger as Powertools } from "@aws-lambda-powertools/logger";
import fs from "node:fs";
import { Writable } from "node:stream";

class StorageError extends Error {
  constructor(text, options) { super(text, options); this.name = "StorageError"; this.code = "E_STORE"; }
}
const inner = () => { throw Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" }); };
const mk = () => { try { inner(); } catch (cause) { return new StorageError("could not store", { cause }); } };
const write = (line) => fs.writeSync(1, line.endsWith("\n") ? line : line + "\n");
const out = new Writable({ write(chunk, _, done) { write(chunk.toString()); done(); } });
const print = async (setup, events) => { // tslog writes in a later turn
  for (const [event, run] of Object.entries(events)) { write(`@@ ${setup} ${event}`); run(); await new Promise((done) => setTimeout(done, 20)); }
};
const data = { bookingId: 123, userId: "abc" }, cargo = { cargo: { teu: 2, ports: ["DEHAM", "CNSHA"] } }, lines = 'port list\nsays "closed"';
const ids = { requestId: "8f507cfc-4697-4c1e-9d1e-0a1b2c3d4e5f", trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", span_id: "00f067aa0ba902b7" };

const p = pino({ level: "trace" }, pino.destination({ fd: 1, sync: true }));
await print("01-pino", { a: () => p.info(data, "booking confirmed"), b: () => p.error({ err: mk(), bookingId: 123 }, "booking failed"), c: () => p.warn(cargo, lines), "d-debug": () => p.debug("step") });
const bun = bunyan.createLogger({ name: "booking", level: "trace", serializers: bunyan.stdSerializers, streams: [{ level: "trace", stream: { write } }] });
await print("02-bunyan", { a: () => bun.info(data, "booking confirmed"), b: () => bun.error({ err: mk(), bookingId: 123 }, "booking failed"), c: () => bun.warn(cargo, lines), "d-debug": () => bun.debug("step"),
  e: () => bun.child({ req_id: ids.requestId, trace_id: ids.trace_id, span_id: ids.span_id }).info("booking confirmed") });
const { combine, timestamp, errors, json } = winston.format;
const w = winston.createLogger({ level: "silly", format: combine(timestamp(), errors({ stack: true }), json()), transports: [new winston.transports.Stream({ stream: out })] });
await print("03-winston", { a: () => w.info("booking confirmed", data), b: () => w.error("booking failed", mk()), c: () => w.warn(lines, cargo), "d-debug": () => w.debug("step"), e: () => w.info("booking confirmed", ids) });
log4js.addLayout("json", () => (event) => JSON.stringify(event));
log4js.configure({ appenders: { out: { type: { configure: (_, layouts) => { const layout = layouts.layout("json"); return (event) => write(layout(event)); } } } }, categories: { default: { appenders: ["out"], level: "trace" } } });
const l4 = log4js.getLogger("booking");
await print("04-log4js", { a: () => l4.info("booking confirmed", data), b: () => l4.error("booking failed", mk()), c: () => l4.warn(lines, cargo), "d-debug": () => l4.debug("step") });
const ts = new TsLogger({ type: "json", name: "booking" });
await print("05-tslog", { a: () => ts.info(data, "booking confirmed"), b: () => ts.error("booking failed", mk()), c: () => ts.warn(lines, cargo), "d-debug": () => ts.debug("step") });
const con = createConsola({ level: 5, reporters: [{ log: (event) => write(JSON.stringify(event)) }] });
await print("07-consola", { a: () => con.info("booking confirmed", data), b: () => con.error("booking failed", mk()), c: () => con.warn(lines, cargo), "d-debug": () => con.debug("step") });
const ep = pino({ level: "trace", ...ecsPino() }, pino.destination({ fd: 1, sync: true }));
await print("09-ecs-pino", { a: () => ep.info(data, "booking confirmed"), b: () => ep.error({ err: mk(), bookingId: 123 }, "booking failed"), c: () => ep.warn(cargo, lines), "d-debug": () => ep.debug("step") });
const ew = winston.createLogger({ level: "silly", format: ecsWinston({ convertErr: true }), transports: [new winston.transports.Stream({ stream: out })] });
await print("10-ecs-winston", { a: () => ew.info("booking confirmed", data), b: () => ew.error("booking failed", { err: mk(), bookingId: 123 }), c: () => ew.warn(lines, cargo), "d-debug": () => ew.debug("step") });
const format = jsonLinesFormatter;
await configure({ sinks: { out: (record) => write(format(record)) }, loggers: [{ category: [], sinks: ["out"], lowestLevel: "trace" }] });
const lt = getLogger(["booking", "api"]);
await print("11-logtape", { a: () => lt.info("booking confirmed", data), b: () => lt.error("booking failed", { error: mk() }), c: () => lt.warn(lines, cargo), "d-debug": () => lt.debug("step"), e: () => lt.info("booking confirmed", { requestId: ids.requestId, traceId: ids.trace_id }) });
process.env._X_AMZN_TRACE_ID = "Root=1-62bd5b37-0a1b2c3d4e5f60718293a4b5";
const pt = new Powertools({ serviceName: "booking", logLevel: "TRACE" });
for (const name of ["debug", "error", "info", "log", "trace", "warn"]) pt.console[name] = (line) => write(line);
await print("08-powertools-ts", { a: () => pt.info("booking confirmed", data), b: () => pt.error("booking failed", mk()), c: () => pt.warn(lines, cargo) });
