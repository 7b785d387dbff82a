package io.drkit.encryption;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.ForwardingKeyStore;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A site's store as its kube-apiserver sees it: what is read is decrypted, what is written is encrypted with the site's own key. A mirror,
 * checker or repair between two of them, each with its site's configuration, so re-encrypts on the way and compares plaintexts.
 *
 * <p>A value that neither this site's configuration nor the other's reads is passed on as it is stored, byte for byte. What
 * this site's own does not read is told by {@link #unreadable}. Closing this closes the store beneath. Thread-safe, except for a watch.
 */
public final class TransformingKeyStore extends ForwardingKeyStore {

    private final KeyStore store;
    private final ValueTransformer own;
    private final ValueTransformer others;
    private final UnreadableKeys unreadable = new UnreadableKeys();
    private final boolean refusing;

    /**
     * @param own the configuration of the site behind {@code store}
     * @param others that of the other site, whose values may lie here, mirrored as they were before
     */
    public TransformingKeyStore(KeyStore store, ValueTransformer own, ValueTransformer others) {
        this(store, own, others, false);
    }

    private TransformingKeyStore(KeyStore store, ValueTransformer own, ValueTransformer others, boolean refusing) {
        super(store);
        this.store = store;
        this.own = own;
        this.others = others;
        this.refusing = refusing;
    }

    /** This store, but a write that its kube-apiserver could not read throws {@link UnsafeToProceedException} instead of being made. */
    public TransformingKeyStore refusingUnreadable() {
        return new TransformingKeyStore(store, own, others, true);
    }

    /**
     * Keys found or written here with values that this site's configuration does not read: neither does its kube-apiserver, then, unless a
     * plugin does. Among them, on a standby that was mirrored to as the primary stores, are values that the other site's configuration reads,
     * and which compare as equal; a rewrite with both sites' keys puts them right.
     */
    public UnreadableKeys unreadable() {
        return unreadable;
    }

    private KeyValue read(KeyValue entry) {
        Reading reading = own.readAsKubeApiserver(entry.key(), entry.stored());
        Bytes plaintext = reading.plaintext();
        if (reading.verdict() != Verdict.READABLE) {
            unreadable.add(entry.key(), name());
            plaintext = own.read(entry.key(), entry.stored()).plaintext();
            if (plaintext == null) {
                plaintext = others.read(entry.key(), entry.stored()).plaintext();
            }
        }
        return plaintext == null ? entry : entry.readAs(plaintext);
    }

    private Transaction encrypted(Transaction transaction) {
        return new Transaction(
                transaction.guards(),
                transaction.operations().stream().map(this::encrypted).toList());
    }

    private Operation encrypted(Operation operation) {
        if (!(operation instanceof Operation.Put put)) {
            return operation;
        }
        if (!ValueTransformer.isEncrypted(put.value())) {
            if (!own.readsAgain(put.key(), put.value())) {
                unreadable.add(put.key(), name());
            }
            return new Operation.Put(put.key(), own.write(put.key(), put.value()), put.leaseId());
        }
        Verdict verdict = own.readAsKubeApiserver(put.key(), put.value()).verdict();
        if (verdict == Verdict.UNREADABLE || verdict == Verdict.MISREAD) {
            if (refusing) {
                throw new UnsafeToProceedException(
                        "Refused to write " + put.key().printable() + " to " + name()
                                + ": its value is encrypted with a key that the site's configuration lacks. Add the key, or"
                                + " leave it out of the scope.");
            }
            unreadable.add(put.key(), name());
        }
        return put;
    }

    private Page decrypted(RangeRequest request, Page page) {
        return request.keysOnly()
                ? page
                : new Page(
                        page.entries().stream().map(this::read).toList(), page.more(), page.count(), page.revision());
    }

    @Override
    public Page range(RangeRequest request) {
        return decrypted(request, super.range(request));
    }

    @Override
    public CompletableFuture<Page> fetch(RangeRequest request) {
        return super.fetch(request).thenApply(page -> decrypted(request, page));
    }

    @Override
    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
        Map<Bytes, KeyValue> read = new HashMap<>(super.read(keys));
        read.replaceAll((key, entry) -> read(entry));
        return read;
    }

    @Override
    public CommitResult commit(Transaction transaction) {
        return super.commit(encrypted(transaction));
    }

    @Override
    public CompletableFuture<CommitResult> submit(Transaction transaction) {
        Transaction encrypted;
        try {
            encrypted = encrypted(transaction);
        } catch (UnsafeToProceedException e) {
            return CompletableFuture.failedFuture(e);
        }
        return super.submit(encrypted);
    }

    @Override
    public Watch watch(KeyRange range, long startRevision) {
        return new DecryptedWatch(super.watch(range, startRevision));
    }

    /** The events as they come, with their values decrypted. */
    private final class DecryptedWatch implements Watch {

        private final Watch watch;

        DecryptedWatch(Watch watch) {
            this.watch = watch;
        }

        @Override
        public WatchSignal next(Duration timeout) throws InterruptedException {
            WatchSignal signal = watch.next(timeout);
            return signal instanceof WatchSignal.Events events
                    ? new WatchSignal.Events(
                            events.events().stream()
                                    .map(event -> new WatchEvent(event.type(), read(event.entry())))
                                    .toList(),
                            events.continued())
                    : signal;
        }

        @Override
        public void requestProgress() {
            watch.requestProgress();
        }

        @Override
        public void close() {
            watch.close();
        }
    }
}
