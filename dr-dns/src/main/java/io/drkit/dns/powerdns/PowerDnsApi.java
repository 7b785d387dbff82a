package io.drkit.dns.powerdns;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.drkit.SiteUnreachableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.Arrays;

/** The API's HTTP: one exchange each, and what is wrong in words. Thread-safe. */
final class PowerDnsApi {

    static final ObjectMapper JSON = new ObjectMapper();

    private final PowerDnsConnection connection;
    private final String where;

    PowerDnsApi(PowerDnsConnection connection) {
        this.connection = connection;
        this.where = connection.name();
    }

    /** @param path below the server's, such as {@code zones} */
    JsonNode get(String path) {
        try {
            return body(send(request(path).GET().build()));
        } catch (LostReplyException e) {
            throw new SiteUnreachableException("PowerDNS at " + where + " " + e.reason() + ". Nothing was changed.", e);
        }
    }

    /**
     * Changes something; sent once.
     *
     * @throws LostReplyException when no reply came, or one that does not say whether it was done
     * @throws SiteUnreachableException when the server says that it did not do it
     */
    void patch(String path, JsonNode change) throws LostReplyException {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(change.toString()))
                .build();
        HttpResponse<String> reply = send(request);
        if (reply.statusCode() >= 500) {
            throw new LostReplyException(
                    "failed (" + reply.statusCode() + ")", new IOException("status " + reply.statusCode()));
        }
        body(reply);
    }

    private HttpRequest.Builder request(String path) {
        String base = connection.url().toString().replaceAll("/+$", "");
        char[] key = connection.apiKey().get();
        try {
            return HttpRequest.newBuilder(URI.create(base + "/api/v1/servers/" + connection.serverId() + "/" + path))
                    .timeout(connection.deadline())
                    .header("X-API-Key", new String(key));
        } catch (IllegalArgumentException e) {
            // Its message would show the key.
            throw new IllegalArgumentException(
                    "The API key for PowerDNS at " + where + " has characters that no key has.");
        } finally {
            Arrays.fill(key, ' ');
        }
    }

    private HttpResponse<String> send(HttpRequest request) throws LostReplyException {
        try {
            return connection.client().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LostReplyException("was not waited for: the call was interrupted", e);
        } catch (HttpTimeoutException e) {
            throw new LostReplyException("did not answer in time", e);
        } catch (ConnectException e) {
            throw new LostReplyException("takes no connection", e);
        } catch (IOException e) {
            throw new LostReplyException("did not answer: " + e.getMessage(), e);
        }
    }

    private JsonNode body(HttpResponse<String> reply) {
        int status = reply.statusCode();
        if (status == 401 || status == 403) {
            throw new SiteUnreachableException("PowerDNS at " + where + " does not accept the API key (" + status
                    + "), or not from this machine (webserver-allow-from). Nothing was changed.");
        }
        if (status >= 300) {
            throw new SiteUnreachableException("PowerDNS at " + where + " refused (" + status + "): "
                    + error(reply.body()) + ". Nothing was changed.");
        }
        try {
            return reply.body().isBlank() ? MissingNode.getInstance() : JSON.readTree(reply.body());
        } catch (JsonProcessingException e) {
            throw new SiteUnreachableException(
                    "What answers at " + where + " is no PowerDNS: it sends something that is not JSON.", e);
        }
    }

    private static String error(String body) {
        try {
            return JSON.readTree(body).path("error").asText("it does not say why");
        } catch (JsonProcessingException e) {
            return "it does not say why";
        }
    }
}
