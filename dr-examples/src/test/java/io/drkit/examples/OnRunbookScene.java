package io.drkit.examples;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The servers that runbooks are tried on, for a whole class, as on the first day before each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnRunbookScene {

    Path folder;
    RunbookScene scene;

    @BeforeAll
    void open(@TempDir Path temporary) {
        folder = temporary;
        scene = new RunbookScene(temporary);
    }

    @AfterAll
    void close() {
        scene.close();
    }

    @BeforeEach
    void firstDay() {
        scene.primary.start();
        scene.firstDay();
    }

    static JsonNode step(JsonNode report, String name) {
        return StreamSupport.stream(report.path("steps").spliterator(), false)
                .filter(each -> each.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
