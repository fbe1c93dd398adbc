// Prints the events of transformer/testdata/loggers once more, each behind a line "@@ set-up event".
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

public class Main {
    static class StorageException extends RuntimeException {
        StorageException(String m, Throwable c) { super(m, c); }
    }
    static void inner() { throw new IllegalStateException("connection refused"); }
    static StorageException mk() {
        try { inner(); return null; } catch (IllegalStateException e) { return new StorageException("could not store", e); }
    }
    static void ev(String setup, String event, Runnable run) { System.out.println("@@ " + setup + " " + event); run.run(); }

    static void all(String setup, Encoder<ILoggingEvent> encoder) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> out = new ConsoleAppender<>();
        out.setContext(context);
        out.setEncoder(encoder);
        out.start();
        ch.qos.logback.classic.Logger root = context.getLogger("ROOT");
        root.setLevel(ch.qos.logback.classic.Level.TRACE);
        root.addAppender(out);
        Logger log = LoggerFactory.getLogger("com.example.Booking");
        ev(setup, "a-args", () -> log.info("booking {} confirmed for {}", 123, "abc"));
        ev(setup, "b", () -> log.error("booking failed", mk()));
        ev(setup, "d-debug", () -> log.debug("step"));
        MDC.put("requestId", "8f507cfc-4697-4c1e-9d1e-0a1b2c3d4e5f");
        MDC.put("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736");
        MDC.put("span_id", "00f067aa0ba902b7");
        ev(setup, "e", () -> log.info("booking confirmed"));
        MDC.clear();
    }

    public static void main(String[] args) {
        all("31-logback-logstash", new LogstashEncoder());
        all("32-logback-json", new JsonEncoder());
    }
}
