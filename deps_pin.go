//go:build pins

package main

import (
	_ "github.com/mr-tron/base58"
	_ "golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)
