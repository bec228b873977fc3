/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/gsm7.h"

#include "base/utf8.h"

/* 23.038 §6.2.1, rows of eight; a code at its own place is ASCII. */
static const uint16_t default_alphabet[128] = {
	'@',    0xA3,   '$',    0xA5,   0xE8,   0xE9,   0xF9,   0xEC,   /* @ £ $ ¥ è é ù ì */
	0xF2,   0xC7,   '\n',   0xD8,   0xF8,   '\r',   0xC5,   0xE5,   /* ò Ç LF Ø ø CR Å å */
	0x0394, '_',    0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, /* Δ _ Φ Γ Λ Ω Π Ψ */
	0x03A3, 0x0398, 0x039E, ' ',    0xC6,   0xE6,   0xDF,   0xC9,   /* Σ Θ Ξ ESC Æ æ ß É */
	' ',    '!',    '"',    '#',    0xA4,   '%',    '&',    '\'',   /* ¤ for $ */
	'(',    ')',    '*',    '+',    ',',    '-',    '.',    '/',    /* as ASCII */
	'0',    '1',    '2',    '3',    '4',    '5',    '6',    '7',    /* as ASCII */
	'8',    '9',    ':',    ';',    '<',    '=',    '>',    '?',    /* as ASCII */
	0xA1,   'A',    'B',    'C',    'D',    'E',    'F',    'G',    /* ¡ for @ */
	'H',    'I',    'J',    'K',    'L',    'M',    'N',    'O',    /* as ASCII */
	'P',    'Q',    'R',    'S',    'T',    'U',    'V',    'W',    /* as ASCII */
	'X',    'Y',    'Z',    0xC4,   0xD6,   0xD1,   0xDC,   0xA7,   /* Ä Ö Ñ Ü § */
	0xBF,   'a',    'b',    'c',    'd',    'e',    'f',    'g',    /* ¿ for ` */
	'h',    'i',    'j',    'k',    'l',    'm',    'n',    'o',    /* as ASCII */
	'p',    'q',    'r',    's',    't',    'u',    'v',    'w',    /* as ASCII */
	'x',    'y',    'z',    0xE4,   0xF6,   0xF1,   0xFC,   0xE0,   /* ä ö ñ ü à */
};

/* 23.038 §6.2.1.1; 0 = not there. */
static const uint16_t extension[128] = {
	[0x0A] = '\f', [0x14] = '^', [0x28] = '{', [0x29] = '}', [0x2F] = '\\',
	[0x3C] = '[',  [0x3D] = '~', [0x3E] = ']', [0x40] = '|', [0x65] = 0x20AC,
};

#define X(septet) (GSM7_ESC << 8 | (septet)) /* behind ESC */
#define NO        GSM7_NONE

/* The same the other way for U+0000–7F; a test holds both against each other. */
static const uint16_t of_ascii[128] = {
	NO,   NO,   NO,   NO,      NO,      NO,      NO,      NO,   /* 00 */
	NO,   NO,   0x0A, NO,      X(0x0A), 0x0D,    NO,      NO,   /* 08: LF FF CR */
	NO,   NO,   NO,   NO,      NO,      NO,      NO,      NO,   /* 10 */
	NO,   NO,   NO,   NO,      NO,      NO,      NO,      NO,   /* 18 */
	0x20, 0x21, 0x22, 0x23,    0x02,    0x25,    0x26,    0x27, /* SP ! " # $ % & ' */
	0x28, 0x29, 0x2A, 0x2B,    0x2C,    0x2D,    0x2E,    0x2F, /* ( ) * + , - . / */
	0x30, 0x31, 0x32, 0x33,    0x34,    0x35,    0x36,    0x37, /* 0–7 */
	0x38, 0x39, 0x3A, 0x3B,    0x3C,    0x3D,    0x3E,    0x3F, /* 8 9 : ; < = > ? */
	0x00, 0x41, 0x42, 0x43,    0x44,    0x45,    0x46,    0x47, /* @ A–G */
	0x48, 0x49, 0x4A, 0x4B,    0x4C,    0x4D,    0x4E,    0x4F, /* H–O */
	0x50, 0x51, 0x52, 0x53,    0x54,    0x55,    0x56,    0x57, /* P–W */
	0x58, 0x59, 0x5A, X(0x3C), X(0x2F), X(0x3E), X(0x14), 0x11, /* X Y Z [ \ ] ^ _ */
	NO,   0x61, 0x62, 0x63,    0x64,    0x65,    0x66,    0x67, /* ` a–g */
	0x68, 0x69, 0x6A, 0x6B,    0x6C,    0x6D,    0x6E,    0x6F, /* h–o */
	0x70, 0x71, 0x72, 0x73,    0x74,    0x75,    0x76,    0x77, /* p–w */
	0x78, 0x79, 0x7A, X(0x28), X(0x40), X(0x29), X(0x3D), NO,   /* x y z { | } ~ DEL */
};

/* The characters beyond ASCII are few: they are looked for in the alphabet itself. */
static uint16_t of_wide(uint32_t code)
{
	if (code == 0x20AC)
		return X(0x65);
	if (code > 0x03A9)
		return NO;
	for (unsigned septet = 0; septet < 128; septet++)
		if (default_alphabet[septet] == code)
			return (uint16_t)septet;
	return NO;
}

uint16_t gsm7_of(uint32_t code)
{
	return code < 0x80 ? of_ascii[code] : of_wide(code);
}

uint32_t gsm7_char(uint8_t septet, bool is_extended)
{
	septet &= 0x7F;
	if (is_extended && extension[septet])
		return extension[septet];
	return default_alphabet[septet];
}

size_t gsm7_encode(struct slice text, uint8_t *out, size_t *septet_count)
{
	size_t count = 0;
	size_t i = 0;
	while (i < text.len) {
		uint32_t code = (unsigned char)text.at[i];
		size_t used = 1;
		if (code >= 0x80)
			used = utf8_decode(text.at + i, text.len - i, &code);
		uint16_t septets = used ? gsm7_of(code) : NO;
		if (septets == NO)
			break;
		if (septets > 0x7F)
			out[count++] = GSM7_ESC;
		out[count++] = (uint8_t)(septets & 0x7F);
		i += used;
	}
	*septet_count = count;
	return i;
}

size_t gsm7_decode(const uint8_t *septets, size_t len, char *out, size_t cap)
{
	size_t written = 0;
	for (size_t i = 0; i < len; i++) {
		bool is_extended = (septets[i] & 0x7F) == GSM7_ESC && i + 1 < len;
		if (is_extended)
			i++;
		char utf8[4];
		size_t utf8_len = utf8_encode(gsm7_char(septets[i], is_extended), utf8);
		if (utf8_len > cap - written)
			break;
		memcpy(out + written, utf8, utf8_len);
		written += utf8_len;
	}
	return written;
}
