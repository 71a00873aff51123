// A verifier that is not ours: it knows the formats of C2SP and Go's own
// packages for them, and nothing of Comity's code.
//
//	tlog log DIR VKEY [WITNESS-VKEY...]      a whole log as it is served
//	tlog old DIR CHECKPOINT VKEY             an older checkpoint is a beginning of it
//	tlog receipt RECEIPT JUDGEMENT VKEY      a receipt, offline
//	tlog make RECEIPT JUDGEMENT N COUNT      makes a key, a log and a receipt; prints the key
//
// Prints what it has checked; ends with status 1 and a reason where it will not believe.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, "tlog: "+format+"\n", arguments...)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

// cosigner verifies signatures of type 04, which Go's own package does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(message, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, message)
	return ed25519.Verify(c.key, []byte(signed), signature[8:])
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("no verifier key")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 33 || raw[0] != 4 {
		return nil, errors.New("no key of a witness")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	if hash := fmt.Sprintf("%x", sum[:4]); hash != parts[1] {
		return nil, errors.New("the key's id is not its own")
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), raw[1:]}, nil
}

// checkpoint verifies and reads one; every witness given must have signed.
func checkpoint(bytes []byte, vkey string, witnesses []string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	verifiers := []note.Verifier{verifier}
	for _, witness := range witnesses {
		cosigner, err := newCosigner(witness)
		must(err)
		verifiers = append(verifiers, cosigner)
	}
	opened, err := note.Open(bytes, note.VerifierList(verifiers...))
	must(err)
	if len(opened.Sigs) != len(verifiers) {
		fail("%d signatures of %d", len(opened.Sigs), len(verifiers))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		fail("no checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	if strconv.FormatInt(size, 10) != lines[1] {
		fail("a size with leading zeros")
	}
	hash, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: hash}
}

// tiles reads tiles from a folder.
type tiles struct{ folder string }

func (t tiles) Height() int                       { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte)   {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if os.IsNotExist(err) && tile.W < 256 { // the full one may have replaced it
			full := tile
			full.W = 256
			data, err = os.ReadFile(filepath.Join(t.folder, "tile/"+strings.TrimPrefix(full.Path(), "tile/8/")))
			if err == nil {
				data = data[:tile.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// entries reads every entry, bundle by bundle.
func entries(folder string, size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		path := tlog.Tile{H: 8, L: 0, N: n, W: int(width)}.Path()
		path = "tile/entries/" + strings.TrimPrefix(path, "tile/8/0/")
		data, err := os.ReadFile(filepath.Join(folder, path))
		must(err)
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				fail("%s ends too soon", path)
			}
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			fail("%s is too long", path)
		}
	}
	return all
}

func checkLog(folder, vkey string, witnesses []string) {
	bytes, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	must(err)
	tree := checkpoint(bytes, vkey, witnesses)
	reader := tlog.TileHashReader(tree, tiles{folder})
	all := entries(folder, tree.N)
	proofs := 0
	var stored []tlog.Hash
	for i, entry := range all {
		hash := tlog.RecordHash(entry)
		if i%256 == 0 {
			var indexes []int64
			for j := i; j < len(all) && j < i+256; j++ {
				indexes = append(indexes, tlog.StoredHashIndex(0, int64(j)))
			}
			stored, err = reader.ReadHashes(indexes)
			must(err)
		}
		if stored[i%256] != hash {
			fail("entry %d is not the leaf %d", i, i)
		}
		if len(entry) != 33 || entry[0] != 1 {
			fail("entry %d is of another form", i)
		}
		if i%37 == 0 && i < 2000 || i%997 == 0 || i+1 == len(all) {
			proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
			must(err)
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), hash))
			proofs++
		}
	}
	consistent := 0
	for n := int64(1); n <= tree.N; n += 1 + n/5 {
		old, err := tlog.TreeHash(n, reader)
		must(err)
		proof, err := tlog.ProveTree(tree.N, n, reader)
		must(err)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, n, old))
		consistent++
	}
	fmt.Printf("%d entries, %d inclusions, %d consistencies, %d cosignatures\n", len(all), proofs, consistent,
		len(witnesses))
}

func checkOld(folder, path, vkey string) {
	bytes, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	must(err)
	oldBytes, err := os.ReadFile(path)
	must(err)
	tree := checkpoint(bytes, vkey, nil)
	old := checkpoint(oldBytes, vkey, nil)
	if old.N > 0 {
		proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, tiles{folder}))
		must(err)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	}
	fmt.Printf("%d is a beginning of %d\n", old.N, tree.N)
}

func commit(salt, judgement []byte) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write(judgement)
	return append([]byte{1}, mac.Sum(nil)...)
}

func checkReceipt(path, judgementPath, vkey string) {
	receipt, err := os.ReadFile(path)
	must(err)
	judgement, err := os.ReadFile(judgementPath)
	must(err)
	head := bytes.SplitN(receipt, []byte("\n\n"), 2)
	if len(head) != 2 {
		fail("no receipt")
	}
	lines := strings.Split(string(head[0]), "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") ||
		!strings.HasPrefix(lines[2], "index ") {
		fail("no receipt")
	}
	salt, err := base64.StdEncoding.DecodeString(lines[1][6:])
	must(err)
	index, err := strconv.ParseInt(lines[2][6:], 10, 64)
	must(err)
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		proof = append(proof, hash)
	}
	tree := checkpoint(head[1], vkey, nil)
	must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(commit(salt, judgement))))
	fmt.Printf("entry %d of %d\n", index, tree.N)
}

func makeReceipt(path, judgementPath string, n, count int64) {
	judgement, err := os.ReadFile(judgementPath)
	must(err)
	skey, vkey, err := note.GenerateKey(rand.Reader, "example.org/go")
	must(err)
	salt := make([]byte, 32)
	_, err = rand.Read(salt)
	must(err)
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, hashes[index])
		}
		return found, nil
	})
	for i := int64(0); i < count; i++ {
		entry := commit(salt, []byte(fmt.Sprint("another judgement ", i)))
		if i == n {
			entry = commit(salt, judgement)
		}
		more, err := tlog.StoredHashes(i, entry, reader)
		must(err)
		hashes = append(hashes, more...)
	}
	root, err := tlog.TreeHash(count, reader)
	must(err)
	proof, err := tlog.ProveRecord(count, n, reader)
	must(err)
	signer, err := note.NewSigner(skey)
	must(err)
	text := fmt.Sprintf("example.org/go\n%d\n%s\n", count, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	receipt := fmt.Sprintf("c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n", base64.StdEncoding.EncodeToString(salt), n)
	for _, hash := range proof {
		receipt += hash.String() + "\n"
	}
	must(os.WriteFile(path, append([]byte(receipt+"\n"), signed...), 0o644))
	fmt.Println(vkey)
}

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) >= 3 && arguments[0] == "log":
		checkLog(arguments[1], arguments[2], arguments[3:])
	case len(arguments) == 4 && arguments[0] == "old":
		checkOld(arguments[1], arguments[2], arguments[3])
	case len(arguments) == 4 && arguments[0] == "receipt":
		checkReceipt(arguments[1], arguments[2], arguments[3])
	case len(arguments) == 5 && arguments[0] == "make":
		n, err := strconv.ParseInt(arguments[3], 10, 64)
		must(err)
		count, err := strconv.ParseInt(arguments[4], 10, 64)
		must(err)
		makeReceipt(arguments[1], arguments[2], n, count)
	default:
		fmt.Fprintln(os.Stderr, "usage: tlog log|old|receipt|make ...")
		os.Exit(2)
	}
}
