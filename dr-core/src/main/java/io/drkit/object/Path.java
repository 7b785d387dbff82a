package io.drkit.object;

import java.util.List;
import java.util.stream.Stream;

/** The way from an object to one of its fields, in both notations: by names in JSON and by numbers in protobuf. */
record Path(List<String> names, List<Integer> numbers) {

    Path {
        if (names.isEmpty() || names.size() != numbers.size()) {
            throw new IllegalArgumentException("a number for each name, please: " + names + " " + numbers);
        }
    }

    /** @param names with a dot between them */
    static Path of(String names, Integer... numbers) {
        return new Path(List.of(names.split("\\.", -1)), List.of(numbers));
    }

    /** What stands there: nothing, one part, or several where lists are on the way. */
    Stream<Part> in(Part object) {
        Stream<Part> parts = Stream.of(object);
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            int number = numbers.get(i);
            parts = parts.flatMap(part -> part.parts(name, number).stream());
        }
        return parts;
    }

    String name() {
        return names.get(names.size() - 1);
    }

    int number() {
        return numbers.get(numbers.size() - 1);
    }

    List<String> namesOfParents() {
        return names.subList(0, names.size() - 1);
    }

    List<Integer> numbersOfParents() {
        return numbers.subList(0, numbers.size() - 1);
    }

    /** A part of an object, whichever notation it is in. */
    interface Part {

        /** The parts of this one that are called so, each element of a list on its own. */
        List<Part> parts(String name, int number);

        /** A string as it is, a number in decimal; empty for what has parts itself. */
        String text();

        /** The text of the first part that is called so; empty if there is none. */
        default String text(String name, int number) {
            List<Part> parts = parts(name, number);
            return parts.isEmpty() ? "" : parts.get(0).text();
        }
    }
}
