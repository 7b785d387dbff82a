package io.drkit.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The one answer to a call that nobody waits for. */
final class Answer<R> implements StreamObserver<R> {

    private final CompletableFuture<R> future = new CompletableFuture<>();
    private final Function<StatusRuntimeException, Exception> onFailure;
    private @Nullable R message;

    /** @param onFailure what the future is to fail with */
    Answer(Function<StatusRuntimeException, Exception> onFailure) {
        this.onFailure = onFailure;
    }

    CompletableFuture<R> future() {
        return future;
    }

    @Override
    public void onNext(R message) {
        this.message = message;
    }

    @Override
    public void onError(Throwable failure) {
        future.completeExceptionally(
                onFailure.apply(Status.fromThrowable(failure).asRuntimeException()));
    }

    @Override
    public void onCompleted() {
        R answer = message;
        if (answer == null) {
            onError(Status.UNAVAILABLE.withDescription("no answer").asRuntimeException());
        } else {
            future.complete(answer);
        }
    }
}
