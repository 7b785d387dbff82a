package io.drkit.object;

/** The fields of an object that decide something for DrKit; each is found in protobuf by numbers and in JSON by names. */
public enum ObjectField {
    SECRET_TYPE
}
