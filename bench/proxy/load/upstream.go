package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"net"
)

// tlsRecord is the first byte of any TLS handshake (RFC 8446 §5.1). A proxy may want to see it before it opens anything upstream.
const tlsRecord = 0x16

// phone is how chat begins (WhatsApp's clients say "WA"). A proxy may answer others itself.
const phone = "WA"

// What a caller asks for after that.
const (
	echoes    = 'e' // every byte comes back
	downloads = 'd' // bytes come until the caller hangs up
)

// upstream answers until it is ended. A PROXY header of either version is read and forgotten.
func upstream(arguments []string) (any, error) {
	flags := flag.NewFlagSet("upstream", flag.ContinueOnError)
	address := flags.String("address", "", "`host:port` to answer on")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return nil, err
	}
	fmt.Println(`{"listening":true}`)
	for {
		connection, err := listener.Accept()
		if err != nil {
			return nil, err
		}
		go answer(connection)
	}
}

func answer(connection net.Conn) {
	defer connection.Close()
	// What is read beyond the greeting would be lost to the copy below: so small a buffer, and callers wait for an answer.
	reader := bufio.NewReaderSize(connection, 256)
	if skipHeader(reader) != nil {
		return
	}
	wish, err := greeting(reader)
	if err != nil {
		return
	}
	switch wish {
	case echoes:
		echo(connection, reader)
	case downloads:
		for chunk := make([]byte, 256<<10); ; {
			if _, err := connection.Write(chunk); err != nil {
				return
			}
		}
	}
}

// greeting reads how a caller begins, and returns what it asks for.
func greeting(reader *bufio.Reader) (wish byte, err error) {
	first, err := reader.ReadByte()
	if err == nil && first == phone[0] {
		_, err = reader.Discard(len(phone) - 1)
	}
	if err != nil {
		return 0, err
	}
	return reader.ReadByte()
}

// echo uses the reader's own small buffer, so that thousands of idle connections cost little here.
func echo(connection net.Conn, reader *bufio.Reader) {
	for {
		if _, err := reader.Peek(1); err != nil {
			return
		}
		waiting, err := reader.Peek(reader.Buffered())
		if err != nil {
			return
		}
		if _, err := connection.Write(waiting); err != nil {
			return
		}
		if _, err := reader.Discard(len(waiting)); err != nil {
			return
		}
	}
}

var (
	signatureV1 = []byte("PROXY ")
	signatureV2 = []byte("\r\n\r\n\x00\r\nQUIT\n")
)

// skipHeader reads a PROXY header, if one is there (HAProxy's proxy-protocol.txt §2).
func skipHeader(reader *bufio.Reader) error {
	first, err := reader.Peek(1)
	if err != nil || first[0] == tlsRecord || first[0] == phone[0] {
		return err
	}
	if start, err := reader.Peek(len(signatureV1)); err == nil && bytes.Equal(start, signatureV1) {
		_, err := reader.ReadString('\n')
		return err
	}
	header, err := reader.Peek(len(signatureV2) + 4)
	if err != nil || !bytes.HasPrefix(header, signatureV2) {
		return fmt.Errorf("neither a PROXY header nor a greeting: %q", header)
	}
	_, err = reader.Discard(len(header) + int(binary.BigEndian.Uint16(header[len(signatureV2)+2:])))
	return err
}
