package io.drkit.object;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of an object in protobuf. The wire does not tell messages from strings: who asks for parts takes it for the one, who asks for text for
 * the other.
 *
 * @param number what a varint says; 0 for everything else
 */
record ProtobufPart(Slice content, boolean isNumber, long number) implements Path.Part {

    ProtobufPart(Slice content) {
        this(content, false, 0);
    }

    @Override
    public List<Path.Part> parts(String name, int number) {
        List<Path.Part> parts = new ArrayList<>();
        if (!isNumber) {
            Wire fields = content.wire();
            while (fields.next()) {
                if (fields.field() == number) {
                    boolean varint = fields.type() == Wire.VARINT;
                    parts.add(new ProtobufPart(fields.content(), varint, varint ? fields.number() : 0));
                }
            }
        }
        return parts;
    }

    /** Without a list of all: of every key there is, it is asked of what kind it is. */
    @Override
    public String text(String name, int number) {
        if (!isNumber) {
            Wire fields = content.wire();
            while (fields.next()) {
                if (fields.field() == number) {
                    return fields.type() == Wire.VARINT
                            ? Long.toString(fields.number())
                            : fields.content().text();
                }
            }
        }
        return "";
    }

    @Override
    public String text() {
        return isNumber ? Long.toString(number) : content.text();
    }
}
