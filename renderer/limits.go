package main

import "flag"

// limits is how much is rendered; sizes are in bytes. vidra.render.limits has the defaults.
type limits struct {
	memory  int64 // of this process
	cpu     int64 // seconds of the processor
	input   int64 // of a chart, unpacked
	files   int
	file    int64 // one of them
	output  int64 // the text
	objects int
}

func readLimits(arguments []string) limits {
	var l limits
	set := flag.NewFlagSet("vidra-render", flag.ExitOnError)
	set.Int64Var(&l.memory, "memory", 256<<20, "bytes of memory")
	set.Int64Var(&l.cpu, "cpu", 20, "seconds of the processor")
	set.Int64Var(&l.input, "input", 16<<20, "bytes of a chart, unpacked")
	set.IntVar(&l.files, "files", 5_000, "files of a chart or an overlay")
	set.Int64Var(&l.file, "file", 4<<20, "bytes of one of them")
	set.Int64Var(&l.output, "output", 8<<20, "bytes of the text")
	set.IntVar(&l.objects, "objects", 10_000, "documents of the text")
	_ = set.Parse(arguments)
	return l
}

// checkFiles refuses more, or larger, files than are read.
func (l limits) checkFiles(files map[string][]byte) *fault {
	if len(files) > l.files {
		return faultf(tooLarge, "there are %d files, and %d are read at most", len(files), l.files)
	}
	var all int64
	for name, data := range files {
		if int64(len(data)) > l.file {
			return faultf(tooLarge, "%s has more than %d bytes", name, l.file).in(name, 0)
		}
		all += int64(len(data))
	}
	if all > l.input {
		return faultf(tooLarge, "the files have more than %d bytes together", l.input)
	}
	return nil
}

// checkText refuses more than is applied.
func (l limits) checkText(size, documents int) *fault {
	if documents > l.objects {
		return faultf(tooLarge, "%d objects come out, and %d are taken at most", documents, l.objects)
	}
	if int64(size) > l.output {
		return faultf(tooLarge, "what comes out has %d bytes, and %d are taken at most", size, l.output)
	}
	return nil
}
