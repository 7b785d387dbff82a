package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes protobuf as kube-apiserver does: what the recorded registry lacks is made of it. */
final class Proto {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static Proto message() {
        return new Proto();
    }

    /** A value as it is stored: an object in its envelope. */
    static Bytes stored(String apiVersion, String kind, Proto object) {
        Proto envelope = message()
                .put(1, message().put(1, apiVersion).put(2, kind))
                .put(2, object)
                .put(3, "")
                .put(4, "");
        return Bytes.utf8("k8s\0").concat(envelope.bytes());
    }

    /** The content of the first length-delimited field of that number, in a message that has but such. */
    static Bytes part(Bytes message, int field) {
        byte[] bytes = message.unsafeArray();
        int at = 0;
        while (at < bytes.length) {
            int number = bytes[at++] >>> 3;
            int length = 0;
            int shift = 0;
            do {
                length |= (bytes[at] & 0x7f) << shift;
                shift += 7;
            } while (bytes[at++] < 0);
            if (number == field) {
                return message.dropFirst(at).first(length);
            }
            at += length;
        }
        throw new IllegalArgumentException("no field " + field);
    }

    Bytes bytes() {
        return Bytes.wrap(out.toByteArray());
    }

    Proto put(int field, String text) {
        return put(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Proto put(int field, Proto message) {
        return put(field, message.out.toByteArray());
    }

    Proto put(int field, byte[] content) {
        varint((long) field << 3 | 2);
        varint(content.length);
        out.writeBytes(content);
        return this;
    }

    Proto put(int field, long number) {
        varint((long) field << 3);
        varint(number);
        return this;
    }

    /** An entry of a map of strings. */
    Proto entry(int field, String key, String value) {
        return put(field, message().put(1, key).put(2, value));
    }

    private void varint(long value) {
        long rest = value;
        while (rest >>> 7 != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
