package io.drkit.object;

/**
 * Reads protobuf's wire format field by field, over the bytes of a value and without copying them. It is written here for the sake of those who
 * embed DrKit: they bring a protobuf library of their own, and two versions of one clash; and of a value only few fields are wanted.
 *
 * <p>Malformed bytes end the reading as the end does, and {@link #intact} tells them apart. Groups count as malformed: Kubernetes has none.
 */
final class Wire {

    static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    static final int LENGTH = 2;
    private static final int FIXED_32 = 5;

    private static final int HIGHEST_FIELD = (1 << 29) - 1;

    private final byte[] bytes;
    private final int end;
    private int at;
    private boolean intact = true;

    private int field;
    private int type;
    private int begin;
    private int start;
    private long number;

    Wire(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    /** Goes to the next field; false at the end, and where no more can be read. */
    boolean next() {
        if (at >= end || !intact) {
            return false;
        }
        begin = at;
        long tag = varint();
        type = (int) tag & 7;
        field = (int) (tag >>> 3);
        if (tag >>> 3 == 0 || tag >>> 3 > HIGHEST_FIELD) {
            intact = false;
        }
        start = at;
        switch (type) {
            case VARINT -> number = varint();
            case LENGTH -> {
                long length = varint();
                start = at;
                skip(length);
            }
            case FIXED_64 -> skip(8);
            case FIXED_32 -> skip(4);
            default -> intact = false;
        }
        return intact;
    }

    /** False as soon as something was read that no protobuf writer writes. */
    boolean intact() {
        return intact;
    }

    int field() {
        return field;
    }

    int type() {
        return type;
    }

    /** The number of a {@link #VARINT} field. */
    long number() {
        return number;
    }

    /** What the field holds: of a {@link #LENGTH} field the bytes after the length. */
    Slice content() {
        return new Slice(bytes, start, at);
    }

    /** The field with its tag, as it is written. */
    Slice whole() {
        return new Slice(bytes, begin, at);
    }

    private void skip(long length) {
        if (length < 0 || length > end - at) {
            intact = false;
        } else {
            at += (int) length;
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= end) {
                break;
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        intact = false;
        return 0;
    }
}
