package io.drkit.etcd.mirror.live;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import io.drkit.object.StoredObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every deletion on a side, whoever did it, seen as it happens. It goes on where it was when a server falls silent for a while. */
final class Deletions implements AutoCloseable {

    /** @param uid empty where the value could not be read */
    record Deletion(Bytes key, String uid, long revision) {}

    private final KeyStore store;
    private final Map<Bytes, String> uids = new HashMap<>();
    private final List<Deletion> all = new ArrayList<>();
    private final Thread reader = new Thread(this::read, "deletions");
    private long seen;
    private volatile boolean closed;
    private @Nullable RuntimeException failure;

    /** From now on. */
    Deletions(KeyStore store) {
        this.store = store;
        this.seen = store.revision();
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        while (!closed) {
            try (Watch watch = store.watch(KeyRange.prefix("/registry/"), seen() + 1)) {
                while (!closed) {
                    if (watch.next(Duration.ofMillis(200)) instanceof WatchSignal.Events events) {
                        events.events().forEach(this::add);
                    }
                }
            } catch (SiteUnreachableException e) {
                // It is opened anew.
            } catch (CompactedException e) {
                fail(e);
                return;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private synchronized void fail(RuntimeException e) {
        failure = e;
    }

    private synchronized long seen() {
        return seen;
    }

    private synchronized void add(WatchEvent event) {
        seen = Math.max(seen, event.revision());
        if (event.type() == WatchEvent.Type.PUT) {
            uids.put(
                    event.key(),
                    StoredObject.read(event.entry().value())
                            .map(StoredObject::uid)
                            .orElse(""));
        } else {
            String uid = uids.remove(event.key());
            all.add(new Deletion(event.key(), uid == null ? "" : uid, event.revision()));
        }
    }

    synchronized List<Deletion> soFar() {
        if (failure != null) {
            throw failure;
        }
        return List.copyOf(all);
    }

    @Override
    public void close() {
        closed = true;
        reader.interrupt();
    }
}
