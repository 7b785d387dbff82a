package io.drkit.comparison;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.drkit.DrException;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something about a site that is known, or why it is not. What is unknown is never taken for equal to anything.
 *
 * @param value {@code null} when it is unknown
 * @param unknown why it is, in one sentence without secrets; {@code null} when it is known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Fact<T>(@Nullable T value, @Nullable String unknown) {

    /** @throws IllegalArgumentException when it is both or neither */
    @JsonCreator
    public Fact(
            @JsonProperty("value") @JsonSetter(nulls = Nulls.SET) @Nullable T value,
            @JsonProperty("unknown") @JsonSetter(nulls = Nulls.SET) @Nullable String unknown) {
        if ((value == null) == (unknown == null)) {
            throw new IllegalArgumentException("A fact is either known or unknown.");
        }
        this.value = value;
        this.unknown = unknown;
    }

    public static <T> Fact<T> of(T value) {
        return new Fact<>(value, null);
    }

    /** @param because one sentence */
    public static <T> Fact<T> unknown(String because) {
        return new Fact<>(null, because);
    }

    /** What a look gives; unknown when it fails, which is then not the end of the others. */
    public static <T> Fact<T> look(Supplier<Fact<T>> look) {
        try {
            return look.get();
        } catch (DrException | IllegalArgumentException e) {
            return unknown(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // What others throw may repeat what they could not read.
            return unknown("looking failed unexpectedly: " + e.getClass().getSimpleName());
        }
    }

    @JsonIgnore
    public boolean isKnown() {
        return value != null;
    }

    /** @throws NoSuchElementException when it is unknown */
    public T get() {
        if (value == null) {
            throw new NoSuchElementException("unknown: " + unknown);
        }
        return value;
    }

    /** Why it is unknown; empty when it is known. */
    public String because() {
        return unknown == null ? "" : unknown;
    }

    /** What follows from it; as unknown as this. */
    public <R> Fact<R> map(Function<? super T, ? extends R> function) {
        return value == null ? unknown(because()) : of(function.apply(value));
    }
}
