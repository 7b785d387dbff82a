/**
 * VolSync's two custom resources and the CSI snapshot, as typed values of fabric8's: only the fields that DrKit reads or writes. DrKit never writes a whole
 * object that it has read, only patches, so that what these do not know stays.
 */
@NullMarked
package io.drkit.volsync.resource;

import org.jspecify.annotations.NullMarked;
