package io.drkit.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnsafeByteOperations;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.WatchEvent;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;

/** Translates between DrKit's values and etcd's messages; what is written goes without a copy. */
final class Wire {

    /** As a key the least there is, as the end of a range "no end". */
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private static final Bytes LEAST_KEY = Bytes.wrap(new byte[1]);
    /** {@code fragment} of WatchCreateRequest and WatchResponse: etcd has known it since 3.4, jetcd's messages do not. */
    private static final int FRAGMENT_REQUEST = 8;

    private static final int FRAGMENT_RESPONSE = 7;

    private Wire() {}

    static ByteString bytes(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.unsafeArray());
    }

    /** Without a copy where the message holds the bytes in an array of their own, as parsed messages do. */
    static Bytes bytes(ByteString bytes) {
        return bytes.isEmpty() ? Bytes.EMPTY : Bytes.wrap(Array.of(bytes));
    }

    /** Whether no key can be in the range: etcd would take some such ranges for endless ones. */
    static boolean isEmpty(KeyRange range) {
        Bytes start = range.start().isEmpty() ? LEAST_KEY : range.start();
        return range.end() != null && range.end().compareTo(start) <= 0;
    }

    private static ByteString start(KeyRange range) {
        return range.start().isEmpty() ? ZERO : bytes(range.start());
    }

    private static ByteString end(KeyRange range) {
        return range.end() == null ? ZERO : bytes(range.end());
    }

    static RangeRequest range(io.drkit.keystore.RangeRequest request, int limit) {
        RangeRequest.Builder builder = RangeRequest.newBuilder()
                .setRevision(request.revision())
                .setLimit(limit)
                .setKeysOnly(request.keysOnly())
                .setMinModRevision(request.minModRevision())
                .setMinCreateRevision(request.minCreateRevision());
        if (isEmpty(request.range())) {
            return builder.setKey(bytes(Bytes.utf8("a")))
                    .setRangeEnd(bytes(Bytes.utf8("a")))
                    .build();
        }
        return builder.setKey(start(request.range()))
                .setRangeEnd(end(request.range()))
                .build();
    }

    /** The cheapest read of a revision; 0 is the newest. */
    static RangeRequest countAt(long revision) {
        return RangeRequest.newBuilder()
                .setKey(ZERO)
                .setRevision(revision)
                .setCountOnly(true)
                .build();
    }

    static RequestOp get(Bytes key) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(bytes(key)))
                .build();
    }

    static TxnRequest transaction(Transaction transaction) {
        TxnRequest.Builder builder = TxnRequest.newBuilder();
        transaction.guards().forEach(guard -> builder.addCompare(compare(guard)));
        transaction.operations().forEach(operation -> builder.addSuccess(operation(operation)));
        return builder.build();
    }

    private static Compare compare(Transaction.Guard guard) {
        Compare.Builder builder =
                Compare.newBuilder().setKey(bytes(guard.key())).setResult(Compare.CompareResult.EQUAL);
        return switch (guard.field()) {
            case CREATE_REVISION ->
                builder.setTarget(Compare.CompareTarget.CREATE)
                        .setCreateRevision(guard.expected())
                        .build();
            case MOD_REVISION ->
                builder.setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(guard.expected())
                        .build();
            case VERSION ->
                builder.setTarget(Compare.CompareTarget.VERSION)
                        .setVersion(guard.expected())
                        .build();
        };
    }

    private static RequestOp operation(Transaction.Operation operation) {
        RequestOp.Builder builder = RequestOp.newBuilder();
        if (operation instanceof Transaction.Operation.Put put) {
            builder.setRequestPut(PutRequest.newBuilder()
                    .setKey(bytes(put.key()))
                    .setValue(bytes(put.value()))
                    .setLease(put.leaseId()));
        } else {
            builder.setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(operation.key())));
        }
        return builder.build();
    }

    static KeyValue entry(io.etcd.jetcd.api.KeyValue entry) {
        return new KeyValue(
                bytes(entry.getKey()),
                bytes(entry.getValue()),
                entry.getCreateRevision(),
                entry.getModRevision(),
                entry.getVersion(),
                entry.getLease() != 0);
    }

    static WatchEvent event(Event event) {
        return event.getType() == Event.EventType.DELETE
                ? WatchEvent.delete(bytes(event.getKv().getKey()), event.getKv().getModRevision())
                : WatchEvent.put(entry(event.getKv()));
    }

    /** @param fragments whether etcd is to send what is larger than its request limit in several messages */
    static WatchRequest watch(KeyRange range, long startRevision, boolean fragments) {
        WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
                .setKey(start(range))
                .setRangeEnd(end(range))
                .setStartRevision(startRevision);
        if (fragments) {
            create.setUnknownFields(UnknownFieldSet.newBuilder()
                    .addField(
                            FRAGMENT_REQUEST,
                            UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build());
        }
        return WatchRequest.newBuilder().setCreateRequest(create).build();
    }

    /** Whether the rest of what belongs together comes in another message. */
    static boolean isFragment(WatchResponse response) {
        return response.getUnknownFields()
                .getField(FRAGMENT_RESPONSE)
                .getVarintList()
                .contains(1L);
    }
}
