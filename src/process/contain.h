/*
 * contain.h - what each process of a node may still do once strangers, peers or persons are heard.
 *
 * Spec: docs/adr/0020-contained.md, docs/ARCHITECTURE.md (processes). Tests: test/contain. Layer: process.
 */
#ifndef PROCESS_CONTAIN_H
#define PROCESS_CONTAIN_H

#include "sys/sandbox.h"

extern const struct sandbox contain_link, contain_core, contain_signer, contain_terminals;

#endif
