package io.drkit.etcd.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.AuthDisableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthRoleListRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserListRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What only the owner of a store does to its content: whole ranges, leases and users go. */
final class ScratchContent {

    private static final int DEADLINE_SECONDS = 60;
    /** What one request deletes: a server holds all of it in memory, and does nothing else meanwhile. */
    private static final int PAGE = 10_000;

    private static final int IN_FLIGHT = 32;

    /** Where LeaseLeasesResponse has its leases, and each of them its id. jetcd's messages do not know them. */
    private static final int LEASES = 2;

    private static final int LEASE_ID = 1;
    private static final MethodDescriptor<LeaseRevokeRequest, LeaseRevokeResponse> LEASE_LEASES =
            LeaseGrpc.getLeaseRevokeMethod().toBuilder()
                    .setFullMethodName(MethodDescriptor.generateFullMethodName(LeaseGrpc.SERVICE_NAME, "LeaseLeases"))
                    .build();

    /** As the end of a range "no end". */
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final ScratchEtcd etcd;

    ScratchContent(ScratchEtcd etcd) {
        this.etcd = etcd;
    }

    private static CallOptions options() {
        return CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** The ids of all leases. */
    List<Long> leases() {
        try {
            // The request has no fields, and of the answer's the header is the same.
            LeaseRevokeResponse answer = ClientCalls.blockingUnaryCall(
                    etcd.channel(), LEASE_LEASES, options(), LeaseRevokeRequest.getDefaultInstance());
            List<Long> ids = new ArrayList<>();
            for (ByteString lease : answer.getUnknownFields().getField(LEASES).getLengthDelimitedList()) {
                ids.add(id(lease));
            }
            return ids;
        } catch (StatusRuntimeException e) {
            throw failed(e);
        }
    }

    private static long id(ByteString lease) {
        try {
            CodedInputStream field = lease.newCodedInput();
            if (field.readTag() >>> 3 == LEASE_ID) {
                return field.readInt64();
            }
        } catch (IOException e) {
            throw new IllegalStateException("etcd told of a lease in a way that is not known.", e);
        }
        throw new IllegalStateException("etcd told of a lease without an id.");
    }

    /** Revokes every lease, and so deletes every key that is bound to one. Returns how many there were. */
    long revokeLeases() {
        List<Long> ids = leases();
        Deque<Future<LeaseRevokeResponse>> underWay = new ArrayDeque<>();
        for (long id : ids) {
            while (underWay.size() >= IN_FLIGHT) {
                revoked(underWay.removeFirst());
            }
            underWay.add(ClientCalls.futureUnaryCall(
                    etcd.channel().newCall(LeaseGrpc.getLeaseRevokeMethod(), options()),
                    LeaseRevokeRequest.newBuilder().setID(id).build()));
        }
        underWay.forEach(ScratchContent::revoked);
        return ids.size();
    }

    private static void revoked(Future<LeaseRevokeResponse> answer) {
        try {
            answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("Revoking leases was interrupted.", e);
        } catch (ExecutionException e) {
            Status status = Status.fromThrowable(e);
            // One that ran out meanwhile is gone as well.
            if (status.getCode() != Status.Code.NOT_FOUND) {
                throw failed(status.asRuntimeException());
            }
        }
    }

    /** Deletes every key of a range. Returns how many there were. */
    long delete(KeyRange range) {
        long deleted = 0;
        KeyRange rest = range;
        while (true) {
            Page page = etcd.store().range(RangeRequest.of(rest, 0, PAGE).onlyKeys());
            if (page.entries().isEmpty()) {
                return deleted;
            }
            KeyValue last = page.entries().get(page.entries().size() - 1);
            deleted += deleteAtOnce(new KeyRange(rest.start(), last.key().successor()));
            rest = rest.from(last.key().successor());
        }
    }

    private long deleteAtOnce(KeyRange range) {
        Bytes end = range.end();
        try {
            return ClientCalls.blockingUnaryCall(
                            etcd.channel(),
                            KVGrpc.getDeleteRangeMethod(),
                            options(),
                            DeleteRangeRequest.newBuilder()
                                    .setKey(range.start().isEmpty() ? ZERO : bytes(range.start()))
                                    .setRangeEnd(end == null ? ZERO : bytes(end))
                                    .build())
                    .getDeleted();
        } catch (StatusRuntimeException e) {
            throw failed(e);
        }
    }

    private static ByteString bytes(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.unsafeArray());
    }

    /** The alarm that a site without space has raised is in its snapshot, and nothing is written while it is; here there is room. */
    void disarmSpace() {
        MaintenanceGrpc.MaintenanceBlockingStub maintenance =
                MaintenanceGrpc.newBlockingStub(etcd.channel()).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
        try {
            List<AlarmMember> raised = maintenance
                    .alarm(AlarmRequest.newBuilder()
                            .setAction(AlarmRequest.AlarmAction.GET)
                            .setAlarm(AlarmType.NOSPACE)
                            .build())
                    .getAlarmsList();
            for (AlarmMember each : raised) {
                maintenance.alarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                        .setAlarm(AlarmType.NOSPACE)
                        .setMemberID(each.getMemberID())
                        .build());
            }
        } catch (StatusRuntimeException e) {
            throw failed(e);
        }
    }

    /** From then on nobody has to log in, and nobody's password is kept. */
    void removeUsers() {
        AuthGrpc.AuthBlockingStub auth =
                AuthGrpc.newBlockingStub(etcd.channel()).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
        try {
            auth.authDisable(AuthDisableRequest.getDefaultInstance());
            for (String user :
                    auth.userList(AuthUserListRequest.getDefaultInstance()).getUsersList()) {
                auth.userDelete(AuthUserDeleteRequest.newBuilder().setName(user).build());
            }
            for (String role :
                    auth.roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList()) {
                auth.roleDelete(AuthRoleDeleteRequest.newBuilder().setRole(role).build());
            }
        } catch (StatusRuntimeException e) {
            throw failed(e);
        }
    }

    private static SiteUnreachableException failed(StatusRuntimeException e) {
        Status status = e.getStatus();
        return new SiteUnreachableException(
                "The etcd that serves the snapshot failed: " + status.getCode() + ", " + status.getDescription()
                        + ". Try again.",
                e);
    }
}
