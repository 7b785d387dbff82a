package io.drkit.keystore;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An immutable string of bytes, ordered as etcd orders keys: byte by byte, unsigned.
 *
 * <p>{@link #toString()} shows only the size, for a value may be a secret; a key is shown by {@link #printable()}.
 */
public final class Bytes implements Comparable<Bytes> {

    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;
    /** Worked out when it is first asked for; 0 until then. Threads that race for it find the same. */
    private int hash;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** A copy of {@code content}. */
    public static Bytes copyOf(byte... content) {
        return new Bytes(content.clone());
    }

    /** {@code content} itself, without a copy: the caller must never write to it again. */
    public static Bytes wrap(byte[] content) {
        return new Bytes(content);
    }

    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] toByteArray() {
        return content.clone();
    }

    /** The content itself, without a copy: the caller must not write to it. */
    public byte[] unsafeArray() {
        return content;
    }

    public int size() {
        return content.length;
    }

    public boolean isEmpty() {
        return content.length == 0;
    }

    public boolean startsWith(Bytes prefix) {
        return content.length >= prefix.content.length
                && Arrays.equals(content, 0, prefix.content.length, prefix.content, 0, prefix.content.length);
    }

    public Bytes concat(Bytes tail) {
        byte[] joined = Arrays.copyOf(content, content.length + tail.content.length);
        System.arraycopy(tail.content, 0, joined, content.length, tail.content.length);
        return new Bytes(joined);
    }

    /** The first {@code count} bytes. */
    public Bytes first(int count) {
        return new Bytes(Arrays.copyOf(content, count));
    }

    /** What is left after the first {@code count} bytes. */
    public Bytes dropFirst(int count) {
        return new Bytes(Arrays.copyOfRange(content, count, content.length));
    }

    /** The smallest byte string greater than this one: this one and a zero byte. */
    public Bytes successor() {
        return new Bytes(Arrays.copyOf(content, content.length + 1));
    }

    /** The content as UTF-8 text, whatever it holds. */
    public String utf8() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** For people: printable ASCII as it is, a backslash and every other byte as {@code \xNN}. Distinct contents print distinctly. */
    public String printable() {
        StringBuilder text = new StringBuilder(content.length);
        for (byte b : content) {
            if (b >= ' ' && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b));
            }
        }
        return text.toString();
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(content, other.content);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Bytes bytes && Arrays.equals(content, bytes.content));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = Arrays.hashCode(content);
            hash = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return content.length + " bytes";
    }
}
