# frozen_string_literal: true

# Rails logs the errors that nobody handled. The chat handles its own, tells the visitor so in a safe sentence, and reports them
# to Rails.error: here they get into the log, with what helps to find the answer. An error tracker subscribes in the same way.
Rails.error.subscribe(Class.new do
  def report(error, handled:, severity:, context:, **)
    return unless handled

    Rails.logger.public_send(severity == :info ? :info : severity == :warning ? :warn : :error) do
      "[#{error.class}] #{error.message} #{context.inspect}\n#{error.backtrace&.first(10)&.join("\n")}"
    end
  end
end.new)

# AnyCable's publisher logs each broadcast twice, with all that it says: every piece of every answer.
AnyCable.logger = Class.new(SimpleDelegator) do
  def info(message = nil, &block)
    super unless message.is_a?(String) && message.start_with?("Enqueue: ", "Perform: ")
  end
end.new(AnyCable.logger)
