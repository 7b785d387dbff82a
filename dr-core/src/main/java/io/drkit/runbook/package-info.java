/**
 * Runbooks: procedures over two sites as steps that are planned, journalled, resumed after any end, undone in reverse until the point of no return,
 * and measured. A {@link io.drkit.runbook.Runbook} is made of {@link io.drkit.runbook.Step}s; a {@link io.drkit.runbook.RunbookRunner} runs it by a
 * {@link io.drkit.runbook.Journal}, and tells in a {@link io.drkit.runbook.RunbookReport} what was done. Nothing here knows what the steps do.
 */
@NullMarked
package io.drkit.runbook;

import org.jspecify.annotations.NullMarked;
