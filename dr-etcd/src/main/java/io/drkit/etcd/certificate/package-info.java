/**
 * The files with which one connects to an etcd by TLS: {@link io.drkit.etcd.certificate.EtcdCertificates} has a control-plane node make a client
 * certificate, or fetches one from there, and keeps it from running out.
 */
@NullMarked
package io.drkit.etcd.certificate;

import org.jspecify.annotations.NullMarked;
