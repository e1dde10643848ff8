package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image/png"
	"strings"

	"bise/app/fault"
)

func base64Of(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// packet is an XMP packet that says how a picture was made, in the words of the
// IPTC (Photo Metadata Standard 2023.2, "Digital Source Type").
func packet(sourceType string) string {
	return `<?xpacket begin="` + "\uFEFF" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>` +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">` +
		`<Iptc4xmpExt:DigitalSourceType>` + sourceType + `</Iptc4xmpExt:DigitalSourceType>` +
		`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
}

const (
	pngHead  = "\x89PNG\r\n\x1a\n"
	xmpPNG   = "XML:com.adobe.xmp"
	xmpJPEG  = "http://ns.adobe.com/xap/1.0/\x00"
	sourceOf = "DigitalSourceType>"
)

// manifest is the name of a C2PA manifest inside a picture (C2PA 2.x, 11.1.4.2).
const manifest = "c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"

// marked reports whether a picture says already that a model made it, or has a
// signed manifest, which any change would break.
func marked(data []byte) bool {
	return strings.HasSuffix(SourceType(data), "lgorithmicMedia") || bytes.Contains(data, []byte(manifest))
}

// extensions are those of the pictures that services make, by their first bytes.
var extensions = []struct{ head, extension string }{
	{pngHead, ".png"}, {"\xff\xd8\xff", ".jpg"}, {"GIF8", ".gif"}, {"RIFF", ".webp"},
}

// Mark writes into a picture that a model made it. sourceType is the URL of the
// rules' labels. PNG and JPEG pictures keep their bytes otherwise; any other
// becomes a PNG, since readers look for the mark there. One that has a mark or a
// signed manifest of its own stays as it is. The extension fits what came out.
func Mark(data []byte, sourceType string) (out []byte, extension string, err error) {
	if strings.ContainsAny(sourceType, "<>&\"") {
		return nil, "", fault.E("picture.Mark", fault.Invalid, nil, "field", "digital_source_type")
	}
	if marked(data) {
		for _, e := range extensions {
			if bytes.HasPrefix(data, []byte(e.head)) {
				return data, e.extension, nil
			}
		}
	}
	switch {
	case bytes.HasPrefix(data, []byte(pngHead)):
		out, err = markPNG(data, sourceType)
		return out, ".png", err
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return markJPEG(data, sourceType), ".jpg", nil
	}
	img, err := Decode(data)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, "", fault.E("picture.Mark", fault.Invalid, err, "field", "picture")
	}
	out, err = markPNG(b.Bytes(), sourceType)
	return out, ".png", err
}

// markPNG puts a chunk of text behind the header, which is always the first
// chunk (PNG specification, 11.3.3.4 iTXt).
func markPNG(data []byte, sourceType string) ([]byte, error) {
	const header = len(pngHead) + 8 + 13 + 4
	if len(data) < header || string(data[12:16]) != "IHDR" {
		return nil, fault.E("picture.Mark", fault.Invalid, nil, "field", "picture")
	}
	body := "iTXt" + xmpPNG + "\x00" + "\x00\x00" + "\x00" + "\x00" + packet(sourceType)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4)) //nolint:gosec // a few hundred bytes
	chunk = append(chunk, body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE([]byte(body)))
	return bytes.Join([][]byte{data[:header], chunk, data[header:]}, nil), nil
}

// markJPEG puts an APP1 segment behind the start of the picture (XMP, part 3).
func markJPEG(data []byte, sourceType string) []byte {
	body := xmpJPEG + packet(sourceType)
	segment := binary.BigEndian.AppendUint16([]byte("\xff\xe1"), uint16(len(body)+2)) //nolint:gosec // a few hundred bytes
	return bytes.Join([][]byte{data[:2], segment, []byte(body), data[2:]}, nil)
}

// SourceType is what a picture says of how it was made, "" for nothing.
func SourceType(data []byte) string {
	_, rest, ok := bytes.Cut(data, []byte(sourceOf))
	if !ok {
		return ""
	}
	word, _, ok := bytes.Cut(rest[:min(len(rest), 256)], []byte("<"))
	if !ok {
		return ""
	}
	return string(word)
}
