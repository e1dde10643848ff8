//go:build !linux && !darwin

package app

func machineMemory() Memory { return Memory{} }
