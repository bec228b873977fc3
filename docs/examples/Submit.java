// SPDX-License-Identifier: Apache-2.0
// Submits one alert over HTTP. Java 17 or newer, nothing but the JDK.
// usage: HONGYAN_URL=http://gateway:8081 HONGYAN_TOKEN=hy_… java Submit.java <alert.json
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

public class Submit {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Set<Integer> AGAIN = Set.of(429, 503, 504);

    /** The gateway says what is wrong with the alert: sending it again does not help. */
    static class RefusedException extends Exception {
        RefusedException(String problem) {
            super(problem);
        }
    }

    /** Returns what the gateway says of an alert that it has taken. The same id each time: it is taken once. */
    static String submit(HttpClient client, String url, String token, String alert)
            throws RefusedException, IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/alerts"))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(alert))
                .build();
        Instant end = Instant.now().plus(PATIENCE);
        for (long wait = 1; ; wait = Math.min(2 * wait, 30)) {
            long rest = wait;
            String reason;
            try {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 202) {
                    return answer.body();
                }
                reason = answer.statusCode() + " " + answer.body();
                if (!AGAIN.contains(answer.statusCode())) {
                    throw new RefusedException(reason);
                }
                rest = answer.headers().firstValue("Retry-After").filter(text -> text.matches("\\d{1,6}"))
                        .map(Long::parseLong).orElse(wait);
            } catch (IOException lost) { // no connection, or no answer: it may have been taken or not
                reason = lost.toString();
            }
            if (Instant.now().plusSeconds(rest).isAfter(end)) {
                throw new IOException(reason);
            }
            Thread.sleep(Duration.ofSeconds(rest).toMillis());
        }
    }

    public static void main(String[] args) throws Exception {
        String alert = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5)).build();
        try {
            System.out.print(submit(client, System.getenv("HONGYAN_URL"), System.getenv("HONGYAN_TOKEN"), alert));
        } catch (RefusedException | IOException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
