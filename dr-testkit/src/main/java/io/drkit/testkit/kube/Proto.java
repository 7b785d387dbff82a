package io.drkit.testkit.kube;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Protobuf messages as strings of bytes, which are taken apart and put together again field by field. */
final class Proto {

    private Proto() {}

    /** One field of a message. */
    static final class Field {

        static final int VARINT = 0;
        static final int DELIMITED = 2;

        private final int number;
        private final byte[] content;
        private final byte[] whole;

        /**
         * @param content of a length-delimited field; of a varint its bytes
         * @param whole with the tag
         */
        Field(int number, byte[] content, byte[] whole) {
            this.number = number;
            this.content = content;
            this.whole = whole;
        }

        int number() {
            return number;
        }

        byte[] content() {
            return content;
        }

        byte[] whole() {
            return whole;
        }

        String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        long value() {
            return new Reader(content).varint();
        }
    }

    static List<Field> fields(byte[] message) {
        List<Field> fields = new ArrayList<>();
        Reader reader = new Reader(message);
        while (reader.at < message.length) {
            int start = reader.at;
            int tag = (int) reader.varint();
            int from = reader.at;
            switch (tag & 7) {
                case Field.VARINT -> reader.varint();
                case Field.DELIMITED -> {
                    int size = (int) reader.varint();
                    from = reader.at;
                    reader.at += size;
                }
                case 1 -> reader.at += 8;
                case 5 -> reader.at += 4;
                default -> throw new IllegalArgumentException("no protobuf: wire type " + (tag & 7));
            }
            fields.add(new Field(
                    tag >>> 3,
                    Arrays.copyOfRange(message, from, reader.at),
                    Arrays.copyOfRange(message, start, reader.at)));
        }
        return fields;
    }

    static List<Field> fields(byte[] message, int number) {
        return fields(message).stream()
                .filter(field -> field.number() == number)
                .toList();
    }

    /** The content of the first field there; empty if there is none. */
    static byte[] at(byte[] message, int... path) {
        byte[] part = message;
        for (int number : path) {
            List<Field> found = fields(part, number);
            if (found.isEmpty()) {
                return new byte[0];
            }
            part = found.get(0).content();
        }
        return part;
    }

    static byte[] without(byte[] message, Predicate<Field> which) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fields(message).stream().filter(which.negate()).forEach(field -> out.writeBytes(field.whole()));
        return out.toByteArray();
    }

    /** {@code fields} behind all that have smaller numbers or the same. */
    static byte[] with(byte[] message, int number, byte[]... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean placed = false;
        for (Field field : fields(message)) {
            if (!placed && field.number() > number) {
                Arrays.stream(fields).forEach(out::writeBytes);
                placed = true;
            }
            out.writeBytes(field.whole());
        }
        if (!placed) {
            Arrays.stream(fields).forEach(out::writeBytes);
        }
        return out.toByteArray();
    }

    /** The message with its first field of that number changed; one is made where there is none. */
    static byte[] changed(byte[] message, int number, UnaryOperator<byte[]> change) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean done = false;
        for (Field field : fields(message)) {
            boolean now = !done && field.number() == number;
            out.writeBytes(now ? delimited(number, change.apply(field.content())) : field.whole());
            done |= now;
        }
        return done ? out.toByteArray() : with(message, number, delimited(number, change.apply(new byte[0])));
    }

    static byte[] message(byte[]... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(fields).forEach(out::writeBytes);
        return out.toByteArray();
    }

    static byte[] delimited(int number, byte[] content) {
        return message(varint(((long) number << 3) | Field.DELIMITED), varint(content.length), content);
    }

    static byte[] text(int number, String text) {
        return delimited(number, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] number(int number, long value) {
        return message(varint(((long) number << 3) | Field.VARINT), varint(value));
    }

    /** An entry of a map from strings to strings. */
    static byte[] entry(int number, String key, String value) {
        return delimited(number, message(text(1, key), text(2, value)));
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        while (rest >>> 7 != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteArray();
    }

    private static final class Reader {

        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        long varint() {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = bytes[at++];
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }
    }
}
