package io.drkit.etcd;

import io.drkit.SiteUnreachableException;
import io.drkit.snapshot.SnapshotMember;
import io.drkit.snapshot.SnapshotSource;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.SnapshotResponse;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Snapshots by etcd's maintenance service, which sends its database, and the SHA-256 of it behind that. */
final class EtcdSnapshots implements SnapshotSource {

    /** Without a byte for so long, a member has fallen silent: it reads its own disk, which may be slow to begin. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final Cluster cluster;

    EtcdSnapshots(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String name() {
        return cluster.name();
    }

    @Override
    public List<SnapshotMember> members() {
        List<SnapshotMember> members =
                cluster.members().stream().map(EtcdSnapshots::member).toList();
        if (members.isEmpty()) {
            throw new SiteUnreachableException("No member of etcd at " + name() + " told its status.");
        }
        return members;
    }

    private static SnapshotMember member(Members.Answered answer) {
        StatusResponse status = answer.status();
        return new SnapshotMember(
                answer.endpoint().toString(),
                Long.toHexString(status.getHeader().getMemberId()),
                Long.toHexString(status.getHeader().getClusterId()),
                status.getVersion(),
                status.getLeader() == status.getHeader().getMemberId(),
                status.getIsLearner(),
                status.getRaftAppliedIndex(),
                status.getDbSize(),
                answer.after(),
                String.join("; ", status.getErrorsList()));
    }

    @Override
    public void download(SnapshotMember member, OutputStream to, Progress progress) throws IOException {
        Endpoint endpoint = cluster.endpoint(member.name());
        try {
            receive(endpoint, to, progress);
        } catch (StatusRuntimeException e) {
            throw new SiteUnreachableException("No snapshot: " + Failures.sentence(e, "at " + endpoint), e);
        }
    }

    private void receive(Endpoint endpoint, OutputStream to, Progress progress) throws IOException {
        ClientCall<SnapshotRequest, SnapshotResponse> call =
                cluster.authorized(endpoint.channel).newCall(MaintenanceGrpc.getSnapshotMethod(), CallOptions.DEFAULT);
        Parts parts = new Parts();
        call.start(parts, new Metadata());
        try {
            call.request(1);
            call.sendMessage(SnapshotRequest.getDefaultInstance());
            call.halfClose();
            long done = 0;
            long promised = 0;
            for (SnapshotResponse part = parts.next(); part != null; part = parts.next()) {
                part.getBlob().writeTo(to);
                done += part.getBlob().size();
                promised = part.getRemainingBytes();
                progress.moved(done, done + promised);
                call.request(1);
            }
            if (done == 0 || promised > 0) {
                throw new SiteUnreachableException(
                        "No snapshot: etcd at " + endpoint + " ended it " + promised + " bytes early.");
            }
        } finally {
            call.cancel("done with it", null);
        }
    }

    /** One part at a time: the next is asked for when this one is written. */
    private static final class Parts extends ClientCall.Listener<SnapshotResponse> {

        private sealed interface Arrival {}

        private record Part(SnapshotResponse message) implements Arrival {}

        private record End(Status status) implements Arrival {}

        /** One message, and the end. */
        private final BlockingQueue<Arrival> arrived = new ArrayBlockingQueue<>(2);

        @Override
        public void onMessage(SnapshotResponse message) {
            arrived.add(new Part(message));
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            arrived.offer(new End(status));
        }

        /** {@code null} is the end of it. */
        @Nullable SnapshotResponse next() {
            Arrival arrival;
            try {
                arrival = arrived.poll(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Status.CANCELLED.withCause(e).asRuntimeException();
            }
            if (arrival == null) {
                throw Status.DEADLINE_EXCEEDED
                        .withDescription("it sent nothing for " + SILENCE.toSeconds() + " s")
                        .asRuntimeException();
            }
            if (arrival instanceof Part part) {
                return part.message();
            }
            Status status = ((End) arrival).status();
            if (!status.isOk()) {
                throw status.asRuntimeException();
            }
            return null;
        }
    }
}
