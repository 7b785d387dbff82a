package io.drkit.testkit.etcd;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.StoreStatus;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Watch;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A store over etcd's JSON gateway, for modules that have no client of etcd: it knows its revision, counts keys, puts one, and
 * reads some by printable names, without their revisions, and knows whether it is out of space. All else is not supported.
 */
public final class EtcdGateway implements KeyStore {

    private static final Pattern REVISION = Pattern.compile("\"header\":\\{[^}]*\"revision\": ?\"(\\d+)\"");
    private static final Pattern COUNT = Pattern.compile("\"count\": ?\"(\\d+)\"");
    private static final Pattern VALUE = Pattern.compile("\"value\": ?\"([^\"]*)\"");
    private static final String NUL = Base64.getEncoder().encodeToString(new byte[1]);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private final String url;

    /** @param url of a member, such as {@code http://127.0.0.1:2379} */
    public EtcdGateway(String url) {
        this.url = url;
    }

    @Override
    public String name() {
        return url;
    }

    /** Puts one key. */
    public void put(String key, String value) {
        post("kv/put", "{\"key\":\"%s\",\"value\":\"%s\"}".formatted(base64(key), base64(value)));
    }

    /** The value of one key; {@code null} where it has none. */
    public @Nullable String get(String key) {
        Matcher value = VALUE.matcher(post("kv/range", "{\"key\":\"%s\"}".formatted(base64(key))));
        return value.find() ? new String(Base64.getDecoder().decode(value.group(1)), StandardCharsets.UTF_8) : null;
    }

    /** Only counts, and only all keys: no entries are given. */
    @Override
    public Page range(RangeRequest request) {
        boolean all = request.range().equals(KeyRange.ALL);
        String answer = post(
                "kv/range",
                "{\"key\":\"%s\",\"range_end\":\"%s\",\"revision\":\"%d\",\"count_only\":true}"
                        .formatted(NUL, all ? NUL : "", request.revision()));
        if (answer.contains("required revision has been compacted")) {
            throw new CompactedException(request.revision() + " was compacted away", 0);
        }
        return new Page(List.of(), false, number(COUNT, answer, 0), number(REVISION, answer, -1));
    }

    private String post(String what, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v3/" + what))
                .timeout(Duration.ofSeconds(5))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200 && !response.body().contains("compacted")) {
                throw new SiteUnreachableException(url + " answers " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new SiteUnreachableException(url + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException(url + " was not waited for", e);
        }
    }

    private static long number(Pattern pattern, String answer, long otherwise) {
        Matcher number = pattern.matcher(answer);
        return number.find() ? Long.parseLong(number.group(1)) : otherwise;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Raises the alarm that a full quota raises, with which nothing is written any more. */
    public void raiseNoSpace() {
        post("maintenance/alarm", "{\"action\":\"ACTIVATE\",\"memberID\":\"1\",\"alarm\":\"NOSPACE\"}");
    }

    /** Only the revision, and whether it is out of space. */
    @Override
    public StoreStatus status() {
        boolean outOfSpace = post("maintenance/alarm", "{\"action\":\"GET\"}").contains("NOSPACE");
        return new StoreStatus(0, revision(), 0, "", 0, outOfSpace);
    }

    @Override
    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
        Map<Bytes, KeyValue> read = new TreeMap<>();
        for (Bytes key : keys) {
            String value = get(key.printable());
            if (value != null) {
                read.put(key, new KeyValue(key, Bytes.utf8(value), 1, 1, 1, false));
            }
        }
        return read;
    }

    @Override
    public Watch watch(KeyRange range, long startRevision) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CommitResult commit(Transaction transaction) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Lease grantLease(Duration timeToLive) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void compact(long revision) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
