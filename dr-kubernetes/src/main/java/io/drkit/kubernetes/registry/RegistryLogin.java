package io.drkit.kubernetes.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers a registry's challenges: with user and password, or with a token that is fetched with them (distribution's token authentication) and kept until
 * it is refused. Thread-safe. What it knows is in no message.
 */
final class RegistryLogin {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RegistryConnection connection;
    private final Map<String, String> headers = new ConcurrentHashMap<>();

    RegistryLogin(RegistryConnection connection) {
        this.connection = connection;
    }

    /** What opened a repository before; empty for none yet. */
    Optional<String> known(String repository) {
        return Optional.ofNullable(headers.get(repository));
    }

    /**
     * What may open a repository that just refused.
     *
     * @throws RegistryException when the challenge cannot be answered
     */
    String answer(Challenge challenge, String repository, RegistryRequests requests) throws IOException {
        String header =
                challenge.scheme().equals("basic") ? basic() : "Bearer " + token(challenge, repository, requests);
        headers.put(repository, header);
        return header;
    }

    private String basic() throws RegistryException {
        String user = connection.user();
        Supplier<char[]> password = connection.password();
        if (user == null || password == null) {
            throw new RegistryException(connection + " wants to know who asks: configure its user and password.");
        }
        char[] secret = password.get();
        try {
            String both = user + ":" + new String(secret);
            return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
        } finally {
            Arrays.fill(secret, '\0');
        }
    }

    private String token(Challenge challenge, String repository, RegistryRequests requests) throws IOException {
        URI realm = realm(challenge, repository);
        HttpRequest.Builder request = HttpRequest.newBuilder(realm);
        if (connection.user() != null) {
            request.header("Authorization", basic());
        }
        HttpResponse<byte[]> response = requests.send(request);
        if (response.statusCode() == 401 || response.statusCode() == 403) {
            throw new RegistryException("The token service of " + connection + " does not let us in ("
                    + response.statusCode() + "): " + (connection.user() == null ? "configure" : "check")
                    + " the registry's user and password.");
        }
        if (response.statusCode() != 200) {
            throw new RegistryException("The token service of " + connection + " gave no token ("
                    + response.statusCode() + "): try again.");
        }
        String token = token(response.body());
        if (token == null) {
            throw new RegistryException("The token service of " + connection + " gave an answer without a token.");
        }
        return token;
    }

    /** Either name is allowed for it. */
    private static @Nullable String token(byte[] body) {
        try {
            JsonNode answer = JSON.readTree(body);
            String token =
                    answer.path("token").asText(answer.path("access_token").asText(""));
            // What could end a header must not get into one.
            return token.isEmpty() || token.chars().anyMatch(c -> c < ' ' || c > '~') ? null : token;
        } catch (IOException e) {
            return null;
        }
    }

    private URI realm(Challenge challenge, String repository) throws RegistryException {
        StringBuilder uri = new StringBuilder(challenge.parameters().getOrDefault("realm", ""));
        uri.append(uri.indexOf("?") < 0 ? '?' : '&');
        String service = challenge.parameters().get("service");
        if (service != null) {
            uri.append("service=").append(encoded(service)).append('&');
        }
        uri.append("scope=")
                .append(encoded(challenge.parameters().getOrDefault("scope", "repository:" + repository + ":pull")));
        try {
            URI realm = URI.create(uri.toString());
            boolean secure = "https".equals(realm.getScheme());
            boolean asSecure = "http".equals(realm.getScheme())
                    && "http".equals(connection.url().getScheme());
            if (realm.getHost() != null && (secure || asSecure)) {
                return realm;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new RegistryException(connection
                + " sends us to a token service to which no password is sent: its address is none, or not secure.");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
