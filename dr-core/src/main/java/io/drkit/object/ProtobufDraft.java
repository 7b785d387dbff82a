package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A draft in protobuf. Only the messages on the way to what is changed are written anew, with their fields in the order in which they were, and
 * new ones where kube-apiserver would have them: by number, and annotations by name. A message that is malformed stays as it is.
 */
final class ProtobufDraft implements Draft {

    private static final List<Integer> METADATA = List.of(ProtobufObject.RAW, ProtobufObject.METADATA);

    private final Bytes stored;
    private final Slice original;
    private Slice envelope;

    ProtobufDraft(byte[] value) {
        this.stored = Bytes.wrap(value);
        this.original = new Slice(value, ProtobufObject.MAGIC.size(), value.length);
        this.envelope = original;
    }

    @Override
    public void remove(Path path) {
        change(parents(path), fields -> replace(fields, path.number(), List.of()));
    }

    @Override
    public void take(Path path, Draft other) {
        List<Field> theirs = ((ProtobufDraft) other).fields(parents(path), path.number());
        change(parents(path), fields -> replace(fields, path.number(), theirs));
    }

    @Override
    public void removeAnnotations(Set<String> names) {
        change(METADATA, fields -> without(fields, annotation(names)));
    }

    @Override
    public void takeAnnotations(Set<String> names, Draft other) {
        List<Field> merged = new ArrayList<>(((ProtobufDraft) other).fields(METADATA, ProtobufObject.ANNOTATIONS));
        merged.removeIf(annotation(names).negate());
        merged.addAll(without(fields(METADATA, ProtobufObject.ANNOTATIONS), annotation(names)));
        merged.sort(Comparator.comparing(field -> Bytes.utf8(name(field))));
        change(METADATA, fields -> replace(fields, ProtobufObject.ANNOTATIONS, merged));
    }

    @Override
    public void removeOwners(Predicate<OwnerReference> which) {
        change(
                METADATA,
                fields -> without(
                        fields,
                        field -> field.number() == ProtobufObject.OWNER_REFERENCES
                                && which.test(ProtobufObject.owner(field.content()))));
    }

    @Override
    public boolean isSame(Draft other) {
        return envelope.hasSameBytes(((ProtobufDraft) other).envelope);
    }

    @Override
    public Bytes value() {
        if (envelope.equals(original)) {
            return stored;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(ProtobufObject.MAGIC.size() + envelope.size());
        out.writeBytes(ProtobufObject.MAGIC.unsafeArray());
        envelope.writeTo(out);
        return Bytes.wrap(out.toByteArray());
    }

    private static List<Integer> parents(Path path) {
        List<Integer> numbers = new ArrayList<>(List.of(ProtobufObject.RAW));
        numbers.addAll(path.numbersOfParents());
        return numbers;
    }

    private static Predicate<Field> annotation(Set<String> names) {
        return field -> field.number() == ProtobufObject.ANNOTATIONS && names.contains(name(field));
    }

    private static String name(Field annotation) {
        return new ProtobufPart(annotation.content()).text("key", 1);
    }

    /** The fields of this number in the message at {@code path}. */
    private List<Field> fields(List<Integer> path, int number) {
        Slice message = envelope;
        for (int step : path) {
            List<Field> found = read(message).orElse(List.of()).stream()
                    .filter(field -> field.number() == step && field.isLengthDelimited())
                    .toList();
            if (found.isEmpty()) {
                return List.of();
            }
            message = found.get(0).content();
        }
        return read(message).orElse(List.of()).stream()
                .filter(field -> field.number() == number)
                .toList();
    }

    private void change(List<Integer> path, UnaryOperator<List<Field>> change) {
        envelope = changed(envelope, path, change);
    }

    /** {@code message} itself where nothing changes. */
    private static Slice changed(Slice message, List<Integer> path, UnaryOperator<List<Field>> change) {
        Optional<List<Field>> read = read(message);
        if (read.isEmpty()) {
            return message;
        }
        List<Field> before = read.get();
        List<Field> after = path.isEmpty() ? change.apply(before) : new ArrayList<>(before);
        if (!path.isEmpty()) {
            after.replaceAll(field -> field.number() == path.get(0) && field.isLengthDelimited()
                    ? field.with(changed(field.content(), path.subList(1, path.size()), change))
                    : field);
        }
        return after.equals(before) ? message : write(after);
    }

    private static List<Field> without(List<Field> fields, Predicate<Field> which) {
        return fields.stream().filter(which.negate()).toList();
    }

    /** {@code fields} with {@code replacements} in place of those of that number, or where they belong by number. */
    private static List<Field> replace(List<Field> fields, int number, List<Field> replacements) {
        List<Field> result = new ArrayList<>(fields.size() + replacements.size());
        boolean placed = false;
        for (Field field : fields) {
            if (!placed && field.number() >= number) {
                result.addAll(replacements);
                placed = true;
            }
            if (field.number() != number) {
                result.add(field);
            }
        }
        if (!placed) {
            result.addAll(replacements);
        }
        return result;
    }

    private static Optional<List<Field>> read(Slice message) {
        List<Field> fields = new ArrayList<>();
        Wire wire = message.wire();
        while (wire.next()) {
            fields.add(new Field(wire.field(), wire.type() == Wire.LENGTH, wire.whole(), wire.content()));
        }
        return wire.intact() ? Optional.of(fields) : Optional.empty();
    }

    private static Slice write(List<Field> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fields.forEach(field -> field.whole().writeTo(out));
        return Slice.of(out);
    }

    /** One field as it is written: {@code whole} with its tag. */
    private record Field(int number, boolean isLengthDelimited, Slice whole, Slice content) {

        Field with(Slice other) {
            if (other.equals(content)) {
                return this;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream(other.size() + 10);
            varint(out, number << 3 | Wire.LENGTH);
            varint(out, other.size());
            int start = out.size();
            other.writeTo(out);
            Slice written = Slice.of(out);
            return new Field(number, true, written, written.dropFirst(start));
        }

        private static void varint(ByteArrayOutputStream out, int value) {
            int rest = value;
            while (rest >>> 7 != 0) {
                out.write((rest & 0x7f) | 0x80);
                rest >>>= 7;
            }
            out.write(rest);
        }
    }
}
