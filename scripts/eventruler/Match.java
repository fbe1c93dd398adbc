import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.Ruler;

/** Reads lines of {"rule": pattern, "event": event} and answers each with true or false, or with what is wrong with the rule. */
public class Match {
    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            JsonNode pair = json.readTree(line);
            try {
                System.out.println(Ruler.matchesRule(pair.get("event").toString(), pair.get("rule").toString()));
            } catch (Exception e) {
                System.out.println("fault: " + String.valueOf(e.getMessage()).split("\n")[0]);
            }
        }
    }
}
