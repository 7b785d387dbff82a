package io.drkit.mirror;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import io.drkit.keystore.Bytes;
import java.io.IOException;

/** Keys in JSON: as base64, for they may be binary. */
final class BytesJson {

    private BytesJson() {}

    static final class Writer extends JsonSerializer<Bytes> {

        @Override
        public void serialize(Bytes bytes, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeBinary(bytes.unsafeArray());
        }
    }

    static final class Reader extends JsonDeserializer<Bytes> {

        @Override
        public Bytes deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return Bytes.wrap(json.getBinaryValue());
        }
    }
}
