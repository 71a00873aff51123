/* Every size, depth, count and loop that input controls, with its reason. */
#ifndef COMITY_BASE_LIMITS_H
#define COMITY_BASE_LIMITS_H

/* JSON: deeper than any act (owners nest 8 deep, each two levels), far from any stack. */
#define COMITY_LIMIT_JSON_DEPTH 64
/* One act: a request with hundreds of owners and papers fits; a runaway stream does not. */
#define COMITY_LIMIT_ACT_BYTES ((size_t)1 << 20)
/* One law file: fifty times the longest on file. */
#define COMITY_LIMIT_LAW_FILE_BYTES ((size_t)8 << 20)
/* A word or string in a law file. */
#define COMITY_LIMIT_LAW_WORD_BYTES 128
#define COMITY_LIMIT_LAW_STRING_BYTES 4096
/* Conditions and expressions in a law file: parentheses within one another. */
#define COMITY_LIMIT_LAW_DEPTH 32
/* Errors reported in one run of the law checker; after that it stops. */
#define COMITY_LIMIT_LAW_ERRORS 100

/* Alternatives of one condition written out as rows: the largest on file has fewer than a hundred. */
#define COMITY_LIMIT_LAW_ROWS 1024
/* All rules as law, unpacked: as many as can be numbered, ten times as long as those on file. */
#define COMITY_LIMIT_LAW_CLAUSES_BYTES ((size_t)256 << 20)
/* Grounds of `in order`: their ordinal numbers have names up to the tenth. */
#define COMITY_LIMIT_LAW_GROUNDS 10
/* Expressions written out: each in parentheses, and each ground of `in order` with its determination. */
#define COMITY_LIMIT_EXPRESSION_DEPTH (2 * COMITY_LIMIT_LAW_DEPTH + 3)
/* Items of a list in a law file: all places there are, several times over. */
#define COMITY_LIMIT_LAW_LIST 1024
/* Parts of a condition that must hold together: the most on file is a dozen. */
#define COMITY_LIMIT_LAW_LITERALS 1024
/* Members of members looked at for one set of places, and definitions within definitions
 * for all conditions: all there are, many times over. Each names others twice, and so on: that ends. */
#define COMITY_LIMIT_LAW_EXPANSION 1000000
/* Places, laws, rules, counts: they are numbered in 16 bits where acts name them. */
#define COMITY_LIMIT_LAW_NAMES 65000
/* One act's parts: each is far more than an act has that a person would write,
 * and all together fit a megabyte or two of working memory. */
#define COMITY_LIMIT_ACT_TOKENS 65536
#define COMITY_LIMIT_ACT_NODES 258    /* parties and owners */
#define COMITY_LIMIT_ACT_PLACES 2048  /* places named in lists */
#define COMITY_LIMIT_ACT_TOUCHED 512  /* different places named */
#define COMITY_LIMIT_ACT_PAPERS 256
#define COMITY_LIMIT_ACT_RECEIVED 256
#define COMITY_LIMIT_ACT_COUNTS 256
#define COMITY_LIMIT_ACT_NUMBERS 2048 /* laws that papers are under */
#define COMITY_LIMIT_ACT_SLICES 2048  /* names of parties that papers are for */
/* Signed papers that join one act: those in force that day for its parties. All
 * their laws, states or parties: four of each a paper. */
#define COMITY_LIMIT_ACT_SIGNED 1024
#define COMITY_LIMIT_ACT_SIGNED_VALUES 4096
#define COMITY_LIMIT_ACT_BASES 128    /* facts whose basis is said */
/* One judgement: every rule on file could apply, with its questions. */
#define COMITY_LIMIT_ANSWER_BYTES ((size_t)64 << 20)
/* Conditions within conditions looked at for one act: ten times what hundreds of
 * owners need; an image made to run round in circles ends there, in `unknown`. */
#define COMITY_LIMIT_JUDGE_STEPS 100000
/* Rows and rules gone through for the ways and questions of one act. */
#define COMITY_LIMIT_EXPLAIN_STEPS 100000
/* Days looked at for a period in working days: ten years. */
#define COMITY_LIMIT_DEADLINE_DAYS 3660
/* A free text in an act: a name, a reference. */
#define COMITY_LIMIT_ACT_TEXT_BYTES 1024
/* People, counts: more than the persons there ever were, and exact in every JSON reader. */
#define COMITY_LIMIT_ACT_NUMBER INT64_C(1000000000000000)

/* Tiles a reader of the log keeps worked out, 16 KiB each: those over the leaves'
 * own of a log of ten million, and some. */
#define COMITY_LIMIT_RECORD_TILES_KEPT 192
/* What a record keeps of one judgement beside its hash: an act, and little more. */
#define COMITY_LIMIT_RECORD_KEPT_BYTES ((size_t)2 << 20)
/* Classes of retention: each is a folder, an open file and a sync a commit. */
#define COMITY_LIMIT_RECORD_CLASSES 16
#define COMITY_LIMIT_RECORD_CLASS_BYTES 40
/* The name of who had something judged: as long as any the daemon knows. */
#define COMITY_LIMIT_RECORD_GATE_BYTES 64
/* Bytes that may wait for one commit: a second or less of a slow disk. */
#define COMITY_LIMIT_RECORD_BATCH_BYTES ((size_t)64 << 20)
/* Entries that may be durable and not yet in tiles, 32 bytes each in memory. */
#define COMITY_LIMIT_RECORD_PENDING ((size_t)1 << 21)
/* Bytes of a segment after which the next is begun: looking for one record reads through one. */
#define COMITY_LIMIT_RECORD_SEGMENT_BYTES ((uint64_t)64 << 20)
/* A checkpoint with its signatures; the file that says what a record is. */
#define COMITY_LIMIT_CHECKPOINT_BYTES ((size_t)1 << 16)
/* Keys that sign one log: the old and the new, and room. */
#define COMITY_LIMIT_RECORD_KEYS 4
/* Keys that signed it before: one a year for a century. */
#define COMITY_LIMIT_RECORD_PAST_KEYS 100
/* Runs of erased entries that verification lists; all are counted. */
#define COMITY_LIMIT_RECORD_RUNS 32
/* A policy of trust: four times the logs, witnesses and groups that C2SP asks to be read. */
#define COMITY_LIMIT_POLICY_KEYS 256
#define COMITY_LIMIT_POLICY_NAMES 256
#define COMITY_LIMIT_POLICY_BYTES ((size_t)1 << 20)
/* Judgements kept for acts that differ in their ids alone: those of some routes, each of a few kinds of findings. What
 * is longer is judged anew. */
#define COMITY_LIMIT_ALIKE_ACTS 64
#define COMITY_LIMIT_ALIKE_ACT_BYTES ((size_t)4 << 10)
#define COMITY_LIMIT_ALIKE_JSON_BYTES ((size_t)32 << 10)
/* Agreements adopted in one context, as text: hundreds. */
#define COMITY_LIMIT_ADOPTED_BYTES ((size_t)1 << 16)

/* Owners of owners: docs/formats/act-and-judgement.md. */
#define COMITY_LIMIT_OWNER_DEPTH 8

/* The depth a JSON tokenizer can be set to at most: its stack is an array of so many bytes. */
#define COMITY_LIMIT_JSON_DEPTH_CEILING 1024
/* Words compared for "did you mean": the longest law word; the work is the product of both. */
#define COMITY_LIMIT_NEAR_BYTES 128

/* Scanning for findings. Forms of all types: sets of them are kept as bits, one a label. */
#define COMITY_LIMIT_SCAN_FORMS 4096
/* Bytes known behind a place before it is judged: a private key in PEM fits. */
#define COMITY_LIMIT_SCAN_AHEAD 8192
/* What tells a file by its beginning: no farther than a scan looks ahead, so that it hangs on no split. */
#define COMITY_LIMIT_SIGNATURE_OFFSET 4096
/* From the beginning of the first element of XML on: its namespaces and a child. */
#define COMITY_LIMIT_ELEMENT_BYTES 1024
/* Bytes kept before a place: words within 300 bytes of a value, a long value before its place. */
#define COMITY_LIMIT_SCAN_BACK 1024
/* How near a word must stand to speak for a value: as far as data loss prevention at large looks. */
#define COMITY_LIMIT_SCAN_NEAR 300
/* The same for forms of which little else is known, no check and few bits: further away a word speaks for
 * something else more often than not. */
#define COMITY_LIMIT_SCAN_NEAR_WEAK 100
/* Values that are found by their shape, but for those that begin with an anchor. */
#define COMITY_LIMIT_SCAN_VALUE_BYTES 512
/* Runs of raw bytes kept for what is still judged: text in UTF-16 or base64 has one a piece, mails one a line. */
#define COMITY_LIMIT_SCAN_RUNS 2048
/* A label or field name: longer ones are sentences. */
#define COMITY_LIMIT_SCAN_LABEL_BYTES 64
/* JSON and XML: containers whose names make a path; deeper ones are counted only. */
#define COMITY_LIMIT_SCAN_DEPTH 64
/* CSV: columns whose names are kept; those beyond have no name. */
#define COMITY_LIMIT_SCAN_COLUMNS 1024

/* Forms (containers, compressions, character sets). All that is decoded from one
 * input: an hour of work at most. */
#define COMITY_LIMIT_FORM_BYTES ((uint64_t)64 << 30)
/* Decoded to raw, once a few MiB are out: logs reach a hundred, bombs a thousand and more. */
#define COMITY_LIMIT_FORM_RATIO 250
#define COMITY_LIMIT_FORM_RATIO_FREE_BYTES ((uint64_t)8 << 20)
/* Parts and members of one input: a large source tree in one archive. */
#define COMITY_LIMIT_FORM_MEMBERS 1000000
/* Forms in one another: a base64 value in a JSON file in a zip in a mail in a tar.gz has six. */
#define COMITY_LIMIT_FORM_DEPTH 12
/* Parts that can be open in one another: text, and values in base64 in it. */
#define COMITY_LIMIT_FORM_LEVELS 8
/* A decoder's block: windows of 8 MiB (zstd) and 16 MiB (brotli) at once, and what
 * a workbook's strings need. Pages that are not used are never touched. */
#define COMITY_LIMIT_FORM_MEMORY_BYTES ((size_t)48 << 20)
/* Bytes looked at to tell what a form is. */
#define COMITY_LIMIT_FORM_SNIFF_BYTES 4096
/* A member's name, a chain of names. */
#define COMITY_LIMIT_FORM_NAME_BYTES 1024
/* The headers of one part of a mail or form. */
#define COMITY_LIMIT_FORM_HEADER_BYTES 65536
/* PDF: folders of pages within one another, whose resources a page may use. */
#define COMITY_LIMIT_PDF_PARENTS 32
/* PDF: references that lead to references; one is usual. */
#define COMITY_LIMIT_PDF_REFERENCES 16
/* PDF: objects of one document; a thousand pages have some ten thousand. */
#define COMITY_LIMIT_PDF_OBJECTS 500000
/* PDF: compressions one over another; two are usual. */
#define COMITY_LIMIT_PDF_FILTERS 8
/* PDF: operands of one operator in a page; those of text have six at most. */
#define COMITY_LIMIT_PDF_OPERANDS 8
/* PDF: a string shown at once; a line is usual. */
#define COMITY_LIMIT_PDF_STRING_BYTES ((size_t)65536)
/* PDF: times that a font is read for one document, which is each time a page changes to it. */
#define COMITY_LIMIT_PDF_FONTS 20000
/* PDF: codes set for one font: each once, and as often again. */
#define COMITY_LIMIT_PDF_FONT_STEPS 262144
/* PDF: bytes of dictionaries looked through for one document: beyond any that is not made to take long. */
#define COMITY_LIMIT_PDF_WORK_BYTES ((uint64_t)2 << 30)
/* Workbooks: columns of a sheet, as many as the programs that write them have. */
#define COMITY_LIMIT_SHEET_COLUMNS 16384u
/* SQLite: tables of one database; each is kept with its columns. */
#define COMITY_LIMIT_SQLITE_TABLES 20000
/* SQLite: columns of a table: the most that SQLite makes by default. */
#define COMITY_LIMIT_SQLITE_COLUMNS 2000
/* SQLite: levels of a tree: four billion pages of the least fan-out have fewer. */
#define COMITY_LIMIT_SQLITE_DEPTH 40
/* Zstandard: a window of 8 MiB, which each decoder must take (RFC 8878, 3.1.1.1.2). */
#define COMITY_LIMIT_ZSTD_WINDOW_LOG 23
/* CSV: rows, and fields of a row, that the delimiter is guessed by. */
#define COMITY_LIMIT_ROWS_GUESSED 64
#define COMITY_LIMIT_ROW_FIELDS_GUESSED 4096
/* Escapes undone in one step; what is longer takes more steps. */
#define COMITY_LIMIT_UNESCAPE_RUNS ((size_t)1024)
/* Values of types: an identifier, a token, a key in PEM. */
#define COMITY_LIMIT_VALUE_BYTES 8192
/* Values whose check takes the square of their size: wallets have fewer than 110 characters. */
#define COMITY_LIMIT_VALUE_CODE_BYTES 128
/* Files of types: all that the program is built with are a tenth of it. */
#define COMITY_LIMIT_TYPES_BYTES ((size_t)8 << 20)
/* Types and forms are numbered in 16 bits. */
#define COMITY_LIMIT_TYPES 20000
/* One type, as far as a person can follow it. */
#define COMITY_LIMIT_TYPE_FORMS 64
#define COMITY_LIMIT_TYPE_ELEMENTS 24  /* of one shape */
#define COMITY_LIMIT_TYPE_STEPS 2048   /* of its conditions, compiled */
#define COMITY_LIMIT_TYPE_NAMES 16     /* given with `let` */
#define COMITY_LIMIT_TYPE_DEPTH 24     /* of an expression: parentheses and `if` within one another */
#define COMITY_LIMIT_TYPE_TEXT_BYTES 400

/* A masking policy: ten lines for each of a thousand types. */
#define COMITY_LIMIT_MASK_POLICY_BYTES ((size_t)1 << 20)
/* Raw bytes held until it is settled what is done to them: a compressed member or a value in base64 as a whole. */
#define COMITY_LIMIT_MASK_WINDOW_BYTES ((size_t)64 << 20)
/* A signed note: a checkpoint has some hundred bytes, a paper some thousand. */
#define COMITY_LIMIT_NOTE_BYTES ((size_t)1 << 20)
/* Signatures on one note: the parties of the largest treaty are under 200; each costs one check. */
#define COMITY_LIMIT_NOTE_SIGNATURES 256
/* One signature line's blob: those of other types, which are passed over, have up to 5 KiB. */
#define COMITY_LIMIT_NOTE_BLOB_BYTES 8192
/* A key's name: a host and a path. */
#define COMITY_LIMIT_KEY_NAME_BYTES 255
/* A key file: nine short lines. */
#define COMITY_LIMIT_KEY_FILE_BYTES 4096
/* A passphrase: longer than anyone types, short enough to stand in locked memory. */
#define COMITY_LIMIT_PASSPHRASE_BYTES 1024
/* What a key file may ask of Argon2id: a foreign file must not eat the machine. */
#define COMITY_LIMIT_KEY_FILE_PASSES 16
#define COMITY_LIMIT_KEY_FILE_MEMORY_KIB (1024 * 1024)

/* A paper's text: thirty times a long one; with its signatures it still fits an entry of the log. */
#define COMITY_LIMIT_PAPER_BYTES ((size_t)32 << 10)
/* Values of a paper, all fields together: two hundred parties, and what else there is. */
#define COMITY_LIMIT_PAPER_VALUES 512
/* One value of a paper: as long as a free text in an act may be. */
#define COMITY_LIMIT_PAPER_VALUE_BYTES 1024
/* Delegates of delegates: each step is a key more that can be lost. */
#define COMITY_LIMIT_DELEGATION_DEPTH 4
/* Papers held at once, and revocations: what a company has under way, not an archive. */
#define COMITY_LIMIT_SHELF_PAPERS 4096
#define COMITY_LIMIT_SHELF_BYTES ((size_t)256 << 20)
/* Keys that papers can be signed by, delegates included: ten times the authorities on file. */
#define COMITY_LIMIT_SHELF_KEYS 4096
/* Ways in which keys have power, by all chains of delegation: each key has a few. */
#define COMITY_LIMIT_SHELF_ROLES 16384
/* A trust file: thousands of keys. */
#define COMITY_LIMIT_TRUST_BYTES ((size_t)4 << 20)
#define COMITY_LIMIT_TRUST_KEYS 2048
/* Kinds of paper that the principals of a trust file may sign, all lines together. */
#define COMITY_LIMIT_TRUST_GRANTS 16384
/* Entries of a log of revocations, all of which are read: a third of a second's work. */
#define COMITY_LIMIT_TRUST_LOG_ENTRIES 1000000

/* The daemon. Sockets, tokens, gates and agreements are written by hand by an operator. */
#define COMITY_SERVE_PORT 7380
#define COMITY_LIMIT_SERVE_NAME_BYTES 64
#define COMITY_LIMIT_SERVE_LISTENS 8
#define COMITY_LIMIT_SERVE_TOKENS 256 /* each request compares with all */
#define COMITY_LIMIT_SERVE_GATES 256
#define COMITY_LIMIT_SERVE_ADOPTED 16
#define COMITY_LIMIT_SERVE_THREADS 256
/* File descriptors: two a connection, far below what a process may have. */
#define COMITY_LIMIT_SERVE_CONNECTIONS 100000
/* Files that are no connection's: the record's, the gates', the ledger's, and our own. */
#define COMITY_SERVE_FILES_KEPT 256
/* One request of many acts: it lies on disk while it is answered. */
#define COMITY_LIMIT_SERVE_BATCH_BYTES ((uint64_t)64 << 30)
/* Of a batch, judgements held while their record becomes durable; then they leave. */
#define COMITY_LIMIT_SERVE_STREAM_BYTES ((size_t)512 << 10)
/* Lines of a request and its headers, and the buffer in which answers leave, for each connection:
 * twice what front servers let through; ten thousand connections take 160 MiB. */
#define COMITY_LIMIT_SERVE_CONNECTION_BYTES ((size_t)16 << 10)
/* Of one query: what any question here takes, several times over. libmicrohttpd lists arguments in the
 * same memory, and where that is full it neither answers nor ends the connection. */
#define COMITY_LIMIT_SERVE_ARGUMENTS 64
#define COMITY_LIMIT_SERVE_QUERY_BYTES ((size_t)4 << 10)
/* A header that stands for a fact of an act. */
#define COMITY_LIMIT_SERVE_HEADER_BYTES 1024
/* Configuration and acts of gates. */
#define COMITY_LIMIT_SERVE_CONFIG_BYTES ((size_t)1 << 20)
/* Placeholders in one gate's act. */
#define COMITY_LIMIT_SERVE_PLACEHOLDERS 64
/* Categories of persons given beside one act: more than an act of one flow has. */
#define COMITY_LIMIT_SERVE_CATEGORIES 64
/* How long a reservation in the ledger is held for a gate that may be dead: many times what judging and recording take. */
#define COMITY_LIMIT_SERVE_RESERVATION_MS 60000
/* Contexts kept for reuse: as many as can judge at once. */
#define COMITY_LIMIT_SERVE_CONTEXTS COMITY_LIMIT_SERVE_THREADS
/* Requests that wait for one thread, which takes a tenth of a second for most of them. */
#define COMITY_LIMIT_SERVE_WAITING 64
/* Rows of one answer: a few screens. */
#define COMITY_LIMIT_SERVE_ROWS 500
#define COMITY_SERVE_ROWS_DEFAULT 50
/* Entries judged again for one answer: some tenths of a second. Flows are looked over once, not page by page. */
#define COMITY_LIMIT_SERVE_SCAN 20000
#define COMITY_LIMIT_SERVE_FLOW_SCAN 100000
/* Pairs of states in one answer: more than law is on file for, squared, would fill a map. */
#define COMITY_LIMIT_SERVE_FLOWS 4096
/* Who follows live judgements: queues of so many bytes, and how long one may be left unread. */
#define COMITY_LIMIT_SERVE_FOLLOWERS 64
#define COMITY_LIMIT_SERVE_FOLLOWER_BYTES ((size_t)256 << 10)
#define COMITY_LIMIT_SERVE_FOLLOWER_MS 10000
/* Logs by the year that are listed: nobody keeps more. */
#define COMITY_LIMIT_SERVE_YEARS 256
/* Bodies inspected at once: each has about 55 MiB of address space. */
#define COMITY_LIMIT_SERVE_INSPECTIONS 16
/* Of one body: a length that is no mistake, and findings told one by one. */
#define COMITY_LIMIT_SERVE_INSPECT_BYTES ((uint64_t)1 << 44)
#define COMITY_LIMIT_SERVE_FINDINGS_BYTES ((size_t)8 << 20)
/* Papers given beside an act. */
#define COMITY_LIMIT_SERVE_PAPERS 64
/* Files of the dashboard, which lie in memory. */
#define COMITY_LIMIT_SERVE_FILES 512
#define COMITY_LIMIT_SERVE_FILES_BYTES ((size_t)32 << 20)
#define COMITY_LIMIT_SERVE_FILES_DEPTH 4
/* Names of rules in one row. */
#define COMITY_LIMIT_SERVE_ROW_RULES 16

/* Frames between gates and the daemon. Names of rules and ways in one answer: every rule of a judgement, and some. */
#define COMITY_LIMIT_GATE_TEXT_BYTES ((size_t)64 << 10)
/* Gates connected at once: the workers of some machines' worth of nginx, in two generations while it reloads. */
#define COMITY_LIMIT_GATE_CONNECTIONS 1024
/* Requests of one gate under way: what a worker may wait for; beyond it the gate reads no more of its clients. */
#define COMITY_LIMIT_GATE_QUEUE 4096
/* Answers kept for requests that are asked again: some seconds of full load. */
#define COMITY_LIMIT_GATE_ANSWERS 16384
#define COMITY_LIMIT_GATE_ANSWER_BYTES ((size_t)16 << 20)
/* Judgements that wait for company on their way to the record go once they are so large together: sixteen of usual size are a third of it. */
#define COMITY_LIMIT_AT_HAND_BYTES ((size_t)256 << 10)
/* Memory kept for one of them after it went: nearly all fit, and a thread keeps no more than sixteen times as much. */
#define COMITY_LIMIT_AT_HAND_KEPT_BYTES ((size_t)1 << 20)
/* Requests with persons that wait for the ledger, all together: a second's worth of large ones. */
#define COMITY_LIMIT_GATE_WAITING_BYTES ((size_t)64 << 20)
/* How long a gate may have a request wait. */
#define COMITY_LIMIT_GATE_DEADLINE_MS 60000
/* Answers that a gate has not read yet; beyond it nothing more is read of it. */
#define COMITY_LIMIT_GATE_UNREAD_BYTES ((size_t)4 << 20)

/* How long a body may take, however steadily it drips; one that is inspected, a second more for each so many bytes. */
#define COMITY_LIMIT_SERVE_BODY_SECONDS 600
#define COMITY_LIMIT_SERVE_BODY_RATE 65536
/* Days after which a class may be erased: a century. */
#define COMITY_LIMIT_SERVE_ERASE_DAYS 36500
/* Origins of one act that flows are listed by: of more, the first. What law counts does not hang on them. */
#define COMITY_LIMIT_SERVE_ORIGINS 64
/* Thresholds of all law in one image, and conditions within conditions that they are looked for in: what law says, many times over. */
#define COMITY_LIMIT_SERVE_THRESHOLDS 65536
#define COMITY_LIMIT_SERVE_THRESHOLD_DEPTH 8
/* Exporters, with importers, in one look at the ledger: beyond it the look fails, and the ledger does not. */
#define COMITY_LIMIT_SERVE_TALLIES 100000
/* Months that law looks back in counting: ten years. */
#define COMITY_LIMIT_LEDGER_MONTHS 120

/* The command. Options of one question: more than a person types. */
#define COMITY_LIMIT_ASK_OPTIONS 512
/* One ignore file: more than any list that people keep. */
#define COMITY_LIMIT_IGNORE_BYTES ((size_t)1 << 20)
/* `[:class:]` in a pattern of one, longer than any: how far its end is looked for at each of many brackets. */
#define COMITY_LIMIT_IGNORE_CLASS_BYTES ((size_t)32)
/* Folders within folders that are looked through for law files: what people nest, and links that go round end. */
#define COMITY_LIMIT_LAW_FOLDER_DEPTH 16
/* What a server may answer: to a witness's request a few lines; the headers of any; and how long it may take in all. */
#define COMITY_LIMIT_FETCH_ANSWER_BYTES ((size_t)1 << 16)
#define COMITY_LIMIT_FETCH_HEADER_BYTES 8192
#define COMITY_LIMIT_FETCH_SECONDS 30L
/* A file that holds a token: a line. */
#define COMITY_LIMIT_TOKEN_FILE_BYTES 4096
/* Checkpoints that contradict what was seen, kept of one log; of more the last. */
#define COMITY_LIMIT_MONITOR_EVIDENCE 16
/* What is sent to a witness: a proof of consistency and a checkpoint, and who sends on and on is not read for ever. */
#define COMITY_LIMIT_WITNESS_BODY_BYTES (4 * COMITY_LIMIT_CHECKPOINT_BYTES)

/* JSON of rules that a context keeps: many times what the world's law comes to, and
 * no more than a hostile image may make it set aside. */
#define COMITY_LIMIT_PIECES_BYTES ((size_t)64 << 20)

#endif
