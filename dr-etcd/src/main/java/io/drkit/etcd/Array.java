package io.drkit.etcd;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The array under a {@link ByteString}: values make up nearly all that is read, and another copy of each is the largest cost left here. */
final class Array extends ByteOutput {

    private byte @Nullable [] whole;

    private Array() {}

    /** Not to be written to. */
    static byte[] of(ByteString bytes) {
        Array array = new Array();
        try {
            UnsafeByteOperations.unsafeWriteTo(bytes, array);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] found = array.whole;
        return found != null && found.length == bytes.size() ? found : bytes.toByteArray();
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
        whole = offset == 0 && length == value.length ? value : null;
    }

    @Override
    public void write(byte[] value, int offset, int length) {
        whole = null;
    }

    @Override
    public void write(byte value) {
        whole = null;
    }

    @Override
    public void write(ByteBuffer value) {
        whole = null;
    }

    @Override
    public void writeLazy(ByteBuffer value) {
        whole = null;
    }
}
