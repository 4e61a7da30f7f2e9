// SPDX-License-Identifier: Apache-2.0

// Reads a folder of C2SP tlog-tiles with the packages that Go's checksum database is made of, and
// verifies all of it: tlog_tiles DIR VKEY. Every entry's inclusion, every earlier size's
// consistency (each of the first 600, then every 97th).
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

type folder struct{ path string }

func (folder) Height() int                                { return height }
func (folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(f.path, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) entries(size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: height, L: 0, N: n, W: 256}
		if size-n*256 < 256 {
			tile.W = int(size - n*256)
		}
		name := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(f.path, name))
		check(err)
		for i := 0; i < tile.W; i++ {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			check(fmt.Errorf("%s has bytes behind its end", name))
		}
	}
	return all
}

func main() {
	log := folder{os.Args[1]}
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	text, err := os.ReadFile(filepath.Join(log.path, "checkpoint"))
	check(err)
	signed, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	var origin string
	var tree tlog.Tree
	var root string
	_, err = fmt.Sscanf(signed.Text, "%s\n%d\n%s\n", &origin, &tree.N, &root)
	check(err)
	tree.Hash, err = tlog.ParseHash(root)
	check(err)
	reader := tlog.TileHashReader(tree, log)
	entries := log.entries(tree.N)
	for i, entry := range entries {
		proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)))
	}
	old := 0
	for n := int64(1); n <= tree.N; n++ {
		if n > 600 && n%97 != 0 && n != tree.N {
			continue
		}
		hash, err := tlog.TreeHash(n, reader)
		check(err)
		proof, err := tlog.ProveTree(tree.N, n, reader)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, n, hash))
		old++
	}
	fmt.Printf("%s: %d entries and %d earlier sizes verified\n", origin, len(entries), old)
}
