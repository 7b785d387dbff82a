package io.drkit.object;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Some bytes of a value, not copied. Equal to the same place of the same array only; {@link #hasSameBytes} compares what is there. */
final class Slice {

    static final Slice EMPTY = new Slice(new byte[0], 0, 0);

    private final byte[] bytes;
    private final int from;
    private final int to;

    Slice(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    static Slice of(ByteArrayOutputStream out) {
        byte[] written = out.toByteArray();
        return new Slice(written, 0, written.length);
    }

    Wire wire() {
        return new Wire(bytes, from, to);
    }

    String text() {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    int size() {
        return to - from;
    }

    boolean hasSameBytes(Slice other) {
        return Arrays.equals(bytes, from, to, other.bytes, other.from, other.to);
    }

    Slice dropFirst(int count) {
        return new Slice(bytes, from + count, to);
    }

    void writeTo(ByteArrayOutputStream out) {
        out.write(bytes, from, to - from);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Slice slice && bytes == slice.bytes && from == slice.from && to == slice.to;
    }

    @Override
    public int hashCode() {
        return 31 * from + to;
    }

    /** Says how much, and nothing of what, for it may be a secret. */
    @Override
    public String toString() {
        return size() + " bytes";
    }
}
